/** Something that happened, in the past tense, as plain data: `{ type: "wave-started", … }`. */
export interface ReleaseEvent {
  readonly type: string;
}

/** Receives the typed events of a stage. Libraries never print; their caller decides what is shown. */
export type Reporter<E extends ReleaseEvent> = (event: E) => void;

/** A reporter that ignores everything. */
export function ignoreEvents(): void {}
