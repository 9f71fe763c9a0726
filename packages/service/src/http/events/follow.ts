import { readStream } from "@lateen/fleet/journal-sql";
import type { Context } from "hono";
import { stream } from "hono/streaming";
import type { Database } from "../../store/database.ts";
import { readRollout } from "../../store/read.ts";
import type { EventFeed } from "./feed.ts";

/** Events of one answer in JSON. */
const page = 500;

/** Follows the stream of a rollout; resuming is exclusive, and it closes after the last fact of an ended one. */
export function createFollow(database: Database, feed: EventFeed, isStopping: () => boolean) {
  return async (context: Context): Promise<Response> => {
    const { id } = await readRollout(database, context.req.param("id") ?? "");
    const last = Number(context.req.header("last-event-id") ?? context.req.query("after") ?? 0);
    let position = Number.isSafeInteger(last) && last > 0 ? last : 0;
    if (/application\/json/.test(context.req.header("accept") ?? "")) {
      const events = await readStream(database, id, position, page);
      return context.json({ events: events.map(({ position: at, event }) => ({ id: at, data: event })) });
    }
    context.header("content-type", "text/event-stream");
    // For proxies that collect an answer before they pass it on, such as nginx.
    context.header("x-accel-buffering", "no");
    return stream(context, async (out) => {
      while (!out.aborted && !out.closed && !isStopping()) {
        const next = await feed.next(id, position);
        await out.write(next.text === "" ? ": still here\n\n" : next.text);
        position = next.position;
        if (next.isLast) return;
      }
    });
  };
}
