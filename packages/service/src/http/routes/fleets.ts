import { isInForce } from "../../run/freeze-guard.ts";
import { listFreezesOf } from "../../store/freezes.ts";
import { type FleetState, readFleets, readRollouts } from "../../store/read.ts";
import { listSchedules } from "../../store/schedules.ts";
import { shown } from "../../store/rollout.ts";
import type { Api, ApiPorts } from "../ports.ts";
import { findFleet } from "./find-fleet.ts";

/** Rollouts of the history that are shown. */
const historyLength = 50;

/** Fleets with what runs, waits, holds and is frozen. */
export function addFleets(app: Api, ports: ApiPorts): void {
  const { database, fleets, holds, clock } = ports;
  const statesOf = async (names: readonly string[]): Promise<readonly FleetState[]> => {
    const [states, held, made, schedules] = await Promise.all([
      readFleets(database, names),
      Promise.all(names.map((name) => holds.read(name))),
      listFreezesOf(database, names),
      listSchedules(database, names),
    ]);
    return Promise.all(
      states.map(async (state, at) => {
        const windows = [...(fleets[state.name]?.settings.config.fleet?.freeze ?? []), ...(made.get(state.name) ?? [])];
        const freezes = await Promise.all(
          windows.map(async (one) => ({ ...one, active: await isInForce(one, clock) })),
        );
        return { ...state, holds: held[at] ?? [], freezes, schedules: schedules.get(state.name) ?? [] };
      }),
    );
  };
  app.get("/v1/fleets", async (context) => context.json({ fleets: await statesOf(Object.keys(fleets)) }));
  app.get("/v1/fleets/:fleet", async (context) => {
    const [state] = await statesOf([findFleet(ports, context).name]);
    return context.json(state);
  });
  app.get("/v1/fleets/:fleet/rollouts", async (context) => {
    const { name } = findFleet(ports, context);
    return context.json({ rollouts: (await readRollouts(database, name, historyLength)).map(shown) });
  });
}
