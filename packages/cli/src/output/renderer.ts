import type { ReleaseError } from "@lateen/kernel";
import type { ResultDocument } from "./result.ts";
import type { AnyEvent } from "./events.ts";

/** Shows what happens; all renderers see the same events. */
export interface Renderer {
  event(event: AnyEvent): void;
  /** Once a second, for what moves by itself. */
  tick?(): void;
  /** The program is about to end without an end: what is on the screen stays as it is. */
  freeze?(): void;
  /** The end: always called once, with the document and, if there is one, the error. */
  end(document: ResultDocument, error: ReleaseError | undefined): void;
}

/** Several renderers as one. */
export function together(renderers: readonly Renderer[]): Renderer {
  return {
    event: (event) => renderers.forEach((renderer) => renderer.event(event)),
    tick: () => renderers.forEach((renderer) => renderer.tick?.()),
    freeze: () => renderers.forEach((renderer) => renderer.freeze?.()),
    end: (document, error) => renderers.forEach((renderer) => renderer.end(document, error)),
  };
}
