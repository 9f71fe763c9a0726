/** A request for a rollout in progress: pause, continue or stop. */
export interface Wish {
  /** `pause`: start nothing new until `continue`. `stop`: start nothing new and end, with calls in flight awaited. */
  readonly kind: "pause" | "continue" | "stop";
  readonly actor: string;
  readonly reason?: string | undefined;
  /** Unique; a wish with an id takes effect once, also if the rollout is resumed by another process. */
  readonly id?: string | undefined;
  /** Id of the rollout that is meant. @default whichever reads it */
  readonly rollout?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at?: number | undefined;
}

/** Source of wishes for a rollout: a terminal, a ref, a table. */
export interface Wishes {
  /** The newest wish; undefined if there is none. A wish counts until another one replaces it. */
  read(signal?: AbortSignal): Promise<Wish | undefined>;
  /** Resolves when there may be another wish; without it `read` is called once a second. */
  changed?(signal: AbortSignal): Promise<void>;
}

/** Wishes that other processes can leave. */
export interface WishBox extends Wishes {
  /** Replaces the newest wish. @throws ReleaseError if it could not be written */
  ask(wish: Wish): Promise<void>;
}
