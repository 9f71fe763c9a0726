import {
  type AnyEvent,
  createJob,
  reconcile,
  type ResultDocument,
  resultOf,
  rollback,
  type Settings,
  ship,
} from "@lateen/cli/pipeline";
import type { Journal } from "@lateen/fleet";
import type { Clock } from "@lateen/kernel";
import type { Database } from "../store/database.ts";
import { type FreezeWindow, listFreezes } from "../store/freezes.ts";
import { commandOf, type Rollout } from "../store/rollout.ts";
import { createStoredFreezeGuard } from "./freeze-guard.ts";
import { type ServiceFleet, wireFleet } from "./fleets.ts";
import type { WatchedRollout } from "./watched-rollout.ts";

export interface RunPorts {
  readonly database: Database;
  readonly fleet: ServiceFleet;
  readonly journal: Journal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly report: (event: AnyEvent) => void;
  readonly traceparent: () => string;
  readonly watched: Pick<WatchedRollout, "wishes" | "pause">;
  readonly signal: AbortSignal;
}

/** Runs the pipeline of an order. @throws ReleaseError what the pipeline throws */
export async function runOrder(rollout: Rollout, ports: RunPorts): Promise<ResultDocument> {
  const { kind, sha, to, dry, actor, reason } = rollout;
  const { database, fleet, journal, env, clock, report, watched, traceparent, signal } = ports;
  const job = await createJob({
    settings: withFreezes(fleet.settings, await listFreezes(database, rollout.fleet)),
    wiring: wireFleet(fleet, { journal, env, report, traceparent }),
    sha: sha ?? "",
    actor,
    reason,
    env,
    report,
    pause: watched.pause,
    wishes: watched.wishes,
    guards: [createStoredFreezeGuard(database, rollout.fleet, clock)],
    signal,
    dryRun: dry,
  });
  const end = (verdict: Parameters<typeof resultOf>[1]): ResultDocument => resultOf(commandOf(kind), verdict, job);
  if (kind === "reconcile") return end(await reconcile(job));
  if (kind === "rollback") return end(await rollback(job, { reason: reason ?? "", to }));
  return end(await ship(job, { wait: !dry, settle: !dry }));
}

/** Tenants that a freeze names are left out from the start, as those of the configuration are. */
function withFreezes(settings: Settings, stored: readonly FreezeWindow[]): Settings {
  const { fleet } = settings.config;
  const ofTenants = stored.filter(({ tenants }) => tenants !== undefined);
  if (fleet === undefined || ofTenants.length === 0) return settings;
  const freeze = [...fleet.freeze, ...ofTenants] as typeof fleet.freeze;
  return { ...settings, config: { ...settings.config, fleet: { ...fleet, freeze } } };
}
