import { resolve } from "node:path";
import type { ControlPlane, Journal, Prober, WishBox } from "@lateen/fleet";
import type { readPastRollouts } from "@lateen/fleet/journal-file";
import type { FleetCheck } from "@lateen/fleet/checks";
import type { Sender } from "@lateen/kernel";
import type { AccessFinding } from "@lateen/fleet/kubernetes";
import type { ImageReader } from "@lateen/registry";
import type { ControlPlaneConfig, FleetConfig } from "../config/config.ts";
import { configMissing } from "../config/errors.ts";
import { commandEnvironment } from "./command-environment.ts";
import { makeKubernetes } from "./kubernetes.ts";
import { makeMirrorLog, makeWishLog } from "./mirror-log.ts";
import type { Parts } from "./parts.ts";

/** The fleet's ports. */
export interface FleetWiring {
  readonly controlPlane: ControlPlane;
  readonly prober: Prober;
  readonly journal: Journal;
  /** Pause, continue and stop, from other processes and other machines. */
  readonly wishes: WishBox;
  /** False if no living process drives the rollout of the journal; a mirror does not show that. */
  isDriven(): Promise<boolean>;
  /** Rollouts that ended on this machine, in no order. */
  pastRollouts(): ReturnType<typeof readPastRollouts>;
  /** Checks of a healthy fleet, in the order of the configuration. */
  readonly checks: readonly FleetCheck[];
  /** Of each control plane that can be asked: what its credentials may do. */
  readonly access: readonly ControlPlaneAccess[];
}

/** A control plane whose credentials can be asked for. */
export interface ControlPlaneAccess {
  readonly name: string;
  check(signal?: AbortSignal): Promise<readonly AccessFinding[]>;
}

/** One control plane, and what it can do besides moving tenants. */
export interface Driver {
  readonly name: string;
  readonly plane: ControlPlane;
  /** Its own proof of what a tenant runs; undefined if only the tenant can say that. */
  readonly prober: Prober | undefined;
  /** Permissions of its credentials, if the server can be asked. */
  readonly checkAccess?: (signal?: AbortSignal) => Promise<readonly AccessFinding[]>;
}

/** The control planes, their proofs and the journal. */
export async function makeFleet(parts: Parts, registries: () => Promise<ImageReader>): Promise<FleetWiring> {
  const { fleet } = parts.settings.config;
  if (fleet === undefined) throw configMissing("fleet");
  const [drivers, { combineControlPlanes }] = await Promise.all([
    makeDrivers(parts, registries),
    import("@lateen/fleet"),
  ]);
  const [only, ...others] = drivers;
  return {
    controlPlane: only !== undefined && others.length === 0 ? only.plane : combineControlPlanes(drivers),
    prober: await makeProber(parts, fleet, drivers),
    journal: parts.journal ?? (await makeJournal(parts, fleet)),
    wishes: parts.journal === undefined ? await makeWishes(parts, fleet) : noWishes,
    async isDriven() {
      if (parts.journal !== undefined || fleet.mirror !== undefined) return true;
      const { findJournalOwner } = await import("@lateen/fleet/journal-file");
      return (await findJournalOwner(resolve(parts.settings.folder, fleet.journal))) !== undefined;
    },
    pastRollouts: async () =>
      parts.journal === undefined
        ? (await import("@lateen/fleet/journal-file")).readPastRollouts(resolve(parts.settings.folder, fleet.journal))
        : [],
    checks: fleet.checks.length === 0 ? [] : await (await import("./checks.ts")).makeChecks(parts, fleet),
    access: drivers.flatMap(({ name, checkAccess }) =>
      checkAccess === undefined ? [] : [{ name, check: checkAccess }],
    ),
  };
}

/** A driver for each control plane, in the order of the configuration. */
export async function makeDrivers(parts: Parts, registries: () => Promise<ImageReader>): Promise<readonly Driver[]> {
  const planes = parts.settings.config.fleet?.controlPlanes ?? [];
  return Promise.all(planes.map((plane) => makeDriver(parts, plane, registries)));
}

async function makeDriver(
  parts: Parts,
  plane: ControlPlaneConfig,
  registries: () => Promise<ImageReader>,
): Promise<Driver> {
  const { kind, name } = plane;
  if (kind === "kubernetes") return makeKubernetes(parts, plane, registries);
  if (kind === "exec") return makeExec(parts, plane);
  const { createControlPlane } = await import("@lateen/fleet/http");
  const { url, token, insecure } = plane;
  const { clock, open, report } = parts;
  const send = traced(parts);
  return {
    name,
    plane: createControlPlane({ name, url, ...open(token), send, clock, report, insecure }),
    prober: undefined,
  };
}

/** A control plane continues the trace of the release; tenants are asked without it. */
function traced({ sendMany, traceparent }: Parts): Sender {
  if (traceparent === undefined) return sendMany;
  return (url, init) => sendMany(url, { ...init, headers: { ...init.headers, traceparent: traceparent() } });
}

async function makeExec(
  { settings, clock, env }: Parts,
  plane: Extract<ControlPlaneConfig, { kind: "exec" }>,
): Promise<Driver> {
  const { createExecFleet } = await import("@lateen/fleet/exec");
  const { name, enumerate, move, proof, shell, timeout: timeoutMs, concurrency } = plane;
  const where = { env: commandEnvironment(env, plane.env), cwd: settings.folder, clock };
  const fleet = createExecFleet({ name, enumerate, move, proof, shell, timeoutMs, concurrency, ...where });
  return { name, plane: fleet.controlPlane, prober: fleet.prober };
}

/**
 * Each tenant is proven by its control plane, by its own `/buildinfo`, or by both, which then have to agree.
 *
 * Both are asked if the control plane says `buildinfo: true`, or if it says nothing and no other control plane needs the address.
 */
async function makeProber(parts: Parts, fleet: FleetConfig, drivers: readonly Driver[]): Promise<Prober> {
  const { combineProbers, requireBoth } = await import("@lateen/fleet");
  const buildinfo = await makeBuildinfo(parts, fleet);
  const isForOthers = drivers.some(({ prober }) => prober === undefined);
  const probers = drivers.flatMap(({ name, prober: own }, index) => {
    const plane = fleet.controlPlanes[index];
    const asked = (plane !== undefined && "buildinfo" in plane ? plane.buildinfo : undefined) ?? !isForOthers;
    const other = own === undefined || asked ? buildinfo : undefined;
    const prober = own !== undefined && other !== undefined ? requireBoth(own, other) : (own ?? other);
    return prober === undefined ? [] : [{ name, prober }];
  });
  const [only, ...others] = probers;
  return only !== undefined && others.length === 0 ? only.prober : combineProbers(probers);
}

async function makeBuildinfo({ sendMany: send, clock }: Parts, fleet: FleetConfig): Promise<Prober | undefined> {
  if (fleet.buildinfo === undefined) return undefined;
  const { createProber } = await import("@lateen/fleet/http");
  return createProber({
    url: fleet.buildinfo,
    send,
    clock,
    insecure: fleet.insecure,
    bustCache: fleet.verify.bustCache,
  });
}

/** A journal that is handed in brings its own way of pausing. */
const noWishes: WishBox = { read: async () => undefined, ask: async () => undefined };

/** A wish is left where the process that drives the rollout reads it: in the folder if it lives here, else on the mirror's ref. */
async function makeWishes(parts: Parts, { journal, mirror }: FleetConfig): Promise<WishBox> {
  const [{ createFileWishes, findJournalOwner }, { combineWishes, mirrorWishes }] = await Promise.all([
    import("@lateen/fleet/journal-file"),
    import("@lateen/fleet"),
  ]);
  const folder = resolve(parts.settings.folder, journal);
  const here = createFileWishes({ folder });
  if (mirror === undefined) return here;
  const there = mirrorWishes({ log: makeWishLog(parts, mirror), clock: parts.clock });
  return {
    ...combineWishes([here, there]),
    ask: async (wish) => ((await findJournalOwner(folder)) === undefined ? there : here).ask(wish),
  };
}

async function makeJournal(parts: Parts, { journal: folder, mirror }: FleetConfig): Promise<Journal> {
  const { settings, clock } = parts;
  const [{ createFileJournal }, { mirrorJournal }] = await Promise.all([
    import("@lateen/fleet/journal-file"),
    import("@lateen/fleet"),
  ]);
  const journal = createFileJournal({ folder: resolve(settings.folder, folder), clock });
  if (mirror === undefined) return journal;
  return mirrorJournal({ journal, log: makeMirrorLog(parts, mirror), clock });
}
