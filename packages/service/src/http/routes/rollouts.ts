import { reportOf } from "@lateen/cli";
import { abandonRollout } from "@lateen/fleet";
import { createSqlJournal, readStream } from "@lateen/fleet/journal-sql";
import { isoNow } from "@lateen/kernel";
import { hooksOf } from "../../run/fleets.ts";
import { stampOf } from "../../run/stamp.ts";
import { act } from "../../store/acts.ts";
import { commitUncertain, isDatabaseAway } from "../../store/database.ts";
import { readRollout } from "../../store/read.ts";
import { type Act, shown } from "../../store/rollout.ts";
import { createEventFeed } from "../events/feed.ts";
import { createFollow } from "../events/follow.ts";
import type { Api, ApiPorts } from "../ports.ts";
import { readBody } from "../read-body.ts";
import { journalInUse } from "../refusals.ts";
import { bodies } from "../schemas.ts";

/** Events of one report; a rollout of 10,000 tenants has 25,000. */
const mostEvents = 100_000;

/** The act is recorded by then, so that a database that goes away does not mean that nothing was taken. */
function halfTaken(error: unknown): never {
  throw isDatabaseAway(error) ? commitUncertain(error) : error;
}

/** Rollouts, their events, and what people do to them. */
export function addRollouts(app: Api, ports: ApiPorts): void {
  const { database, clock, engine, fleets, owner, isStopping } = ports;
  app.get("/v1/rollouts/:id", async (context) =>
    context.json(shown(await readRollout(database, context.req.param("id")))),
  );
  app.get("/v1/rollouts/:id/report", async (context) => {
    const { id, result } = await readRollout(database, context.req.param("id"));
    const events = (await readStream(database, id, 0, mostEvents)).map(({ event }) => event);
    context.header("content-disposition", `attachment; filename="lateen-${id}.html"`);
    return context.html(reportOf(events, result, isoNow(clock)));
  });
  app.get("/v1/rollouts/:id/events", createFollow(database, createEventFeed(database, clock, isStopping), isStopping));
  for (const verb of ["pause", "continue", "stop", "abandon"] as const) {
    app.post(`/v1/rollouts/:id/${verb}`, async (context) => {
      const { id, fleet } = await readRollout(database, context.req.param("id") ?? "");
      const { reason } = await readBody(context, bodies.act);
      const made: Act = { verb, actor: context.get("token").name, reason, at: isoNow(clock) };
      const settings = fleets[fleet]?.settings;
      const rollout = await act(database, id, made, { stamp: stampOf(settings), hooks: hooksOf(settings) });
      engine.acted(id);
      if (verb === "abandon") await abandon(rollout.id, rollout.fleet, made).catch(halfTaken);
      return context.json({ rollout: rollout.id, state: rollout.state }, 202);
    });
  }

  /** Abandons the rollout in the journal of the fleet, if it is unfinished. */
  async function abandon(id: string, fleet: string, { actor, reason }: Act): Promise<void> {
    const journal = createSqlJournal({ client: database, name: fleet, owner, stream: id, clock });
    const verdict = await abandonRollout({ reason: `${reason} (${actor})` }, { journal, clock });
    if (verdict.kind === "stop" && verdict.code === "JOURNAL_IN_USE") throw journalInUse(fleet, verdict.reason);
  }
}
