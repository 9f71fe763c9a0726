import type { ServiceFleet } from "../../run/fleets.ts";
import { isInForce } from "../../run/freeze-guard.ts";
import { type FreezeWindow, listFreezes } from "../../store/freezes.ts";
import { type FleetState, readFleet, readRollouts } from "../../store/read.ts";
import { listSchedules } from "../../store/schedules.ts";
import { shown } from "../../store/rollout.ts";
import type { Api, ApiPorts } from "../ports.ts";
import { findFleet } from "./find-fleet.ts";

/** Rollouts of the history that are shown. */
const historyLength = 50;

/** Fleets with what runs, waits, holds and is frozen. */
export function addFleets(app: Api, ports: ApiPorts): void {
  const { database, fleets, holds, clock } = ports;
  const stateOf = async (name: string, fleet: ServiceFleet): Promise<FleetState> => {
    const [state, held, made, schedules] = await Promise.all([
      readFleet(database, name),
      holds.read(name),
      listFreezes(database, name),
      listSchedules(database, name),
    ]);
    const windows = [...configured(fleet), ...made];
    const freezes = await Promise.all(windows.map(async (one) => ({ ...one, active: await isInForce(one, clock) })));
    return { ...state, holds: held, freezes, schedules };
  };
  app.get("/v1/fleets", async (context) => {
    const states = Object.entries(fleets).map(([name, fleet]) => stateOf(name, fleet));
    return context.json({ fleets: await Promise.all(states) });
  });
  app.get("/v1/fleets/:fleet", async (context) => {
    const fleet = findFleet(ports, context);
    return context.json(await stateOf(fleet.name, fleet));
  });
  app.get("/v1/fleets/:fleet/rollouts", async (context) => {
    const { name } = findFleet(ports, context);
    return context.json({ rollouts: (await readRollouts(database, name, historyLength)).map(shown) });
  });
}

/** Windows of the configuration; they have no id, since only a change of the configuration ends them. */
function configured({ settings }: ServiceFleet): readonly FreezeWindow[] {
  return settings.config.fleet?.freeze ?? [];
}
