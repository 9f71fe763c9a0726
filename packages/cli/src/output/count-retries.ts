import type { AnyEvent } from "./events.ts";
import type { Renderer } from "./renderer.ts";

/** Shows the first retry of a kind, counts the others, and says their number in one line at the end. */
export function countRetries(renderer: Renderer): Renderer {
  const counts = new Map<string, number>();
  return {
    ...renderer,
    event(event) {
      const what = retryOf(event);
      if (what === undefined) return renderer.event(event);
      const count = (counts.get(what) ?? 0) + 1;
      counts.set(what, count);
      if (count === 1) renderer.event(event);
    },
    end(document, error) {
      for (const [what, count] of counts) if (count > 1) renderer.event({ type: "retries-counted", what, count });
      renderer.end(document, error);
    },
  };
}

/** Subject of a retry, in words: two with the same words are of one kind. */
function retryOf(event: AnyEvent): string | undefined {
  if (event.type === "request-retried") return `the forge: ${event.message}`;
  if (event.type === "call-retried") return `control plane: ${event.code}`;
  return undefined;
}
