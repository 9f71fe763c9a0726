import { randomBytes } from "node:crypto";
/** The place of a call in a trace. Source: W3C Trace Context, 3.2. */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** Reads a header `traceparent`; undefined for what is none, also for the ids of only zeros that the specification forbids. */
export function parseTraceparent(text: string | undefined): TracePlace | undefined {
  const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(text ?? "");
  const [, traceId = "", spanId = "", flags = ""] = match ?? [];
  if (match === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

export function formatTraceparent({ traceId, spanId, traceFlags }: TracePlace): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
}

/** A trace that begins with an order: that of its request, or a new one. */
export function traceparentOf(header: string | undefined): string {
  const given = parseTraceparent(header);
  if (given !== undefined) return formatTraceparent(given);
  const [traceId, spanId] = [randomBytes(16).toString("hex"), randomBytes(8).toString("hex")];
  return formatTraceparent({ traceId, spanId, traceFlags: 1 });
}
