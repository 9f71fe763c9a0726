import type { Reading } from "@lateen/kernel";

/** A hold that somebody put on all releases. */
export interface Hold {
  readonly reason: string;
  /** Person or program that armed it. */
  readonly actor: string;
  /** When it ends by itself, ISO 8601; undefined if it has to be lifted. */
  readonly until?: string | undefined;
}

/** The hold on a git ref, a kill switch that needs no owner of the repository. */
export interface Holds {
  /** The hold that was armed last; absent if none was, or it was lifted. */
  read(signal?: AbortSignal): Promise<Reading<Hold>>;
}
