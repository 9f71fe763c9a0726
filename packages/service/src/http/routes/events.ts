import { readStream } from "@lateen/fleet/journal-sql";
import type { Clock } from "@lateen/kernel";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Database } from "../../store/database.ts";
import { readRollout } from "../../store/read.ts";

/** Milliseconds between two looks for new events: a follower sees a fact within a second. */
const lookMs = 250;

/** Milliseconds after which a comment is sent, so that proxies keep the connection. */
const heartbeatMs = 15_000;

/** Events that are read at once. */
const page = 500;

/** Follows the stream of a rollout; resuming is exclusive, and it closes after the last fact of an ended one. */
export function createEvents(database: Database, clock: Clock, isStopping: () => boolean) {
  const readPage = async (id: string, position: number): Promise<readonly object[]> =>
    (await readStream(database, id, position, page)).map(({ position: at, event }) => ({ id: at, data: event }));
  return async (context: Context): Promise<Response> => {
    const { id } = await readRollout(database, context.req.param("id") ?? "");
    const last = Number(context.req.header("last-event-id") ?? context.req.query("after") ?? 0);
    let position = Number.isSafeInteger(last) && last > 0 ? last : 0;
    if (/application\/json/.test(context.req.header("accept") ?? ""))
      return context.json({ events: await readPage(id, position) });
    context.header("x-accel-buffering", "no");
    return streamSSE(context, async (stream) => {
      let spokenAt = clock.now();
      while (!stream.aborted && !stream.closed && !isStopping()) {
        try {
          // In this order: what was appended before the end is read after it is known.
          const { state } = await readRollout(database, id);
          const events = await readStream(database, id, position, page);
          for (const { position: at, event } of events) {
            await stream.writeSSE({ id: String(at), event: event.type, data: JSON.stringify(event) });
            position = at;
          }
          if (events.length > 0) spokenAt = clock.now();
          if (state === "ended" && events.length < page) return;
          if (events.length === page) continue;
        } catch {
          // The database is away: the follower stays, and goes on where it was.
        }
        if (clock.now() - spokenAt >= heartbeatMs) {
          await stream.write(": still here\n\n");
          spokenAt = clock.now();
        }
        await clock.sleep(lookMs);
      }
    });
  };
}
