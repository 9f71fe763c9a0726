/** What somebody wants of a rollout that is under way. */
export interface Wish {
  /** `pause`: start nothing new until `continue`. `stop`: start nothing new and end, with calls in flight awaited. */
  readonly kind: "pause" | "continue" | "stop";
  readonly actor: string;
  readonly reason?: string | undefined;
}

/** Where wishes for a rollout are read: a terminal, a ref, a table. */
export interface Wishes {
  /** The newest wish; undefined if there is none. A wish counts until another one replaces it. */
  read(signal?: AbortSignal): Promise<Wish | undefined>;
  /** Resolves when there may be another wish; without it `read` is called once a second. */
  changed?(signal: AbortSignal): Promise<void>;
}
