import type { AnyEvent } from "@lateen/cli/pipeline";
import type { Span, SpanContext } from "@opentelemetry/api";
import type { Rollout } from "../store/rollout.ts";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";

export interface ReleaseTrace {
  /** The header `traceparent` of calls that belong to what is under way. */
  traceparent(): string;
  see(event: AnyEvent): void;
  end(outcome: string | undefined): void;
}

/** Starts the spans of one driver; with a driver that took over they are of the same trace, which the order began. */
export async function startTrace(rollout: Rollout): Promise<ReleaseTrace> {
  const parent = parseTraceparent(rollout.traceparent);
  // An optional peer: without it nothing is recorded, and calls still carry the trace of the order.
  const api = await import("@opentelemetry/api").catch(() => undefined);
  if (api === undefined || parent === undefined)
    return { traceparent: () => rollout.traceparent, see: () => undefined, end: () => undefined };
  const tracer = api.trace.getTracer("lateen");
  const within = (context: SpanContext) => api.trace.setSpanContext(api.ROOT_CONTEXT, context);
  const { id, fleet, kind, sha, actor, epoch } = rollout;
  const attributes = {
    "lateen.rollout": id,
    "lateen.fleet": fleet,
    "lateen.commit": sha ?? "",
    "lateen.actor": actor,
    "lateen.epoch": epoch,
  };
  const root = tracer.startSpan(`${kind} ${fleet}`, { attributes }, within({ ...parent, isRemote: true }));
  let stage: Span | undefined;
  const waves = new Map<string, Span>();
  const child = (name: string, of: Span): Span => tracer.startSpan(name, {}, within(of.spanContext()));
  return {
    traceparent: () => formatTraceparent((stage ?? root).spanContext()),
    see(event) {
      if (event.type === "stage-started") {
        stage?.end();
        stage = child(event.stage, root);
      }
      if (event.type === "wave-started") waves.set(event.wave, child(`wave ${event.wave}`, stage ?? root));
      if (event.type === "wave-finished") waves.get(event.wave)?.end();
    },
    end(outcome) {
      for (const span of [...waves.values(), ...(stage === undefined ? [] : [stage])])
        if (span.isRecording()) span.end();
      root.setAttribute("lateen.outcome", outcome ?? "left to another runner");
      const isBad = outcome === "halted" || outcome === "error" || outcome === "unknown";
      if (isBad) root.setStatus({ code: api.SpanStatusCode.ERROR, message: outcome });
      root.end();
    },
  };
}
