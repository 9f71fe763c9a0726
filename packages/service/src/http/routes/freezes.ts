import { isoNow } from "@lateen/kernel";
import { addFreeze, liftFreezes, requireFreeze } from "../../store/freezes.ts";
import type { Api, ApiContext, ApiPorts } from "../ports.ts";
import { readBody } from "../read-body.ts";
import { bodies } from "../schemas.ts";
import { findFleet } from "./find-fleet.ts";

/** Freezes that are made and lifted while the service runs; guards read them before every step. */
export function addFreezes(app: Api, ports: ApiPorts): void {
  const { database, clock, newId } = ports;
  app.post("/v1/fleets/:fleet/freezes", async (context) => {
    const { name } = findFleet(ports, context);
    const window = await readBody(context, bodies.freeze);
    const freeze = { ...window, id: newId().replace(/^r/, "f"), actor: context.get("token").name, at: isoNow(clock) };
    const kept = await database.transaction((client) => addFreeze(client, name, freeze));
    return context.json({ freeze: kept }, 201);
  });
  app.delete("/v1/fleets/:fleet/freezes", (context) => lift(context, undefined));
  app.delete("/v1/fleets/:fleet/freezes/:freeze", (context) => lift(context, context.req.param("freeze")));

  async function lift(context: ApiContext, id: string | undefined): Promise<Response> {
    const { name } = findFleet(ports, context);
    if (id !== undefined) await requireFreeze(database, name, id);
    const { reason } = await readBody(context, bodies.act);
    const lifted = { actor: context.get("token").name, reason, at: isoNow(clock) };
    const freezes = await database.transaction((client) => liftFreezes(client, name, id, lifted));
    return context.json({ freezes, lifted });
  }
}
