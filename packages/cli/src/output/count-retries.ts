import type { AnyEvent } from "./events.ts";
import type { Renderer } from "./renderer.ts";

/** Shows the first retry of a kind, counts the others, and says their number in one line at the end. */
export function countRetries(renderer: Renderer): Renderer {
  const kinds = new Map<string, { readonly what: string; count: number }>();
  return {
    ...renderer,
    event(event) {
      const retry = retryOf(event);
      if (retry === undefined) return renderer.event(event);
      const kind = kinds.get(retry.key);
      if (kind !== undefined) return void kind.count++;
      kinds.set(retry.key, { what: retry.what, count: 1 });
      renderer.event(event);
    },
    end(document, error) {
      for (const { what, count } of kinds.values())
        if (count > 1) renderer.event({ type: "retries-counted", what, count });
      renderer.end(document, error);
    },
  };
}

/** Trouble and server of a retry, and words for it: whatever is asked of a server, its trouble is one. */
function retryOf(event: AnyEvent): { readonly key: string; readonly what: string } | undefined {
  if (event.type === "request-retried")
    return { key: `${event.code} ${hostOf(event.url)}`, what: `the forge: ${event.message}` };
  if (event.type === "call-retried") return { key: event.code, what: `control plane: ${event.message}` };
  if (event.type === "enumeration-retried")
    return { key: `${event.code} ${event.plane}`, what: `control plane ${event.plane}: ${event.message}` };
  if (event.type === "check-sampled" && event.sample.verdict === "unknown") {
    const what = `check ${event.check} on ${event.slug ?? event.wave}: unknown: ${event.sample.fact}`;
    return { key: what, what };
  }
  return undefined;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
