import { resolveOrder } from "../../run/resolve-order.ts";
import type { Order } from "../../store/orders.ts";
import type { Api, ApiContext, ApiPorts } from "../ports.ts";
import { readBody } from "../read-body.ts";
import { stopping } from "../refusals.ts";
import { bodies } from "../schemas.ts";
import { findFleet } from "./find-fleet.ts";

/** Orders: a release, the way back, a repair of tags. */
export function addOrders(app: Api, ports: ApiPorts): void {
  const place = async (context: ApiContext, order: Omit<Order, "fleet" | "actor">): Promise<Response> => {
    const whole: Order = {
      ...order,
      fleet: context.req.param("fleet") ?? "",
      actor: context.get("token").name,
      traceparent: context.req.header("traceparent"),
    };
    const { rollout, isNew } = await ports.place(whole);
    // Only of a release a repetition has a status of its own.
    return context.json({ rollout: rollout.id, state: rollout.state }, isNew || order.kind !== "release" ? 202 : 200);
  };
  const refuseIfStopping = (): void => {
    if (ports.isStopping()) throw stopping();
  };

  app.post("/v1/fleets/:fleet/releases", async (context) => {
    const fleet = findFleet(ports, context);
    const { sha: given, dryRun: dry = false, reason } = await readBody(context, bodies.release);
    refuseIfStopping();
    const sha = await resolveOrder(fleet, given, ports, context.req.raw.signal);
    return place(context, { kind: "release", sha, dry, reason });
  });
  app.post("/v1/fleets/:fleet/rollback", async (context) => {
    const fleet = findFleet(ports, context);
    const { to: given, reason } = await readBody(context, bodies.rollback);
    refuseIfStopping();
    const to = given === undefined ? undefined : await resolveOrder(fleet, given, ports, context.req.raw.signal);
    return place(context, { kind: "rollback", to, dry: false, reason });
  });
  app.post("/v1/fleets/:fleet/reconcile", async (context) => {
    findFleet(ports, context);
    const { reason } = await readBody(context, bodies.reconcile);
    refuseIfStopping();
    return place(context, { kind: "reconcile", dry: false, reason });
  });
}
