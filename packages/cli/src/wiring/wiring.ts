import { resolve } from "node:path";
import type { createAttempts, createHoldLog, Forge } from "@lateen/gate";
import {
  asReleaseError,
  type Clock,
  createHttp,
  createSender,
  type Http,
  ignoreEvents,
  memoize,
  type ReleaseError,
  type Secret,
  systemClock,
} from "@lateen/kernel";
import type { Ledger } from "@lateen/promote";
import type { Registries, RegistryEntry } from "@lateen/registry";
import { proxyOf, senderOf } from "@lateen/registry/sender";
import type { ForgeConfig, RegistryConfig, SecretSource } from "../config/config.ts";
import { machineFiles } from "../io/files.ts";
import { createVault, type SecretUse } from "../job/secrets.ts";
import type { FleetWiring } from "./fleet.ts";
import type { GitTrial } from "./git-trials.ts";
import type { Parts, WireOptions } from "./parts.ts";
import { configMissing } from "../config/errors.ts";

type HoldLog = ReturnType<typeof createHoldLog>;

type Attempts = ReturnType<typeof createAttempts>;

export type { FleetWiring } from "./fleet.ts";

/** Every adapter that the configuration asks for, each made when it is first used; their secrets are opened with the first request. */
export interface Wiring {
  readonly clock: Clock;
  /** Requests that belong to no adapter. */
  readonly http: Http;
  /** A secret that the configuration names; opened when it is revealed. */
  secretOf(source: SecretSource): Secret;
  /** The token of the forge; undefined if none is configured. */
  forgeToken(): Secret | undefined;
  forge(): Promise<Forge>;
  registries(): Promise<Registries>;
  fleet(): Promise<FleetWiring>;
  /** The ledger of a promotion target. */
  ledger(target: string): Promise<Ledger>;
  /** The memory of the starvation guard; undefined if there is no ledger to keep it next to. */
  attempts(): Promise<Attempts | undefined>;
  /** The hold of `killSwitch.ref`; undefined if none is configured. */
  holds(): Promise<HoldLog | undefined>;
  /** Every git ref that a release writes to, to be tried without an effect. */
  gitTrials(): Promise<readonly GitTrial[]>;
  /** Opens every secret of what was made so far. @throws ReleaseError `SECRET_MISSING`, exit code 7 */
  demandSecrets(): void;
  /** The same without an end at the first: what each one lacks, once. */
  missingSecrets(): readonly ReleaseError[];
}

/** The only place that chooses adapters. */
export function wire(given: WireOptions): Wiring {
  const { files = machineFiles, clock = systemClock, report = ignoreEvents } = given;
  const options = { ...given, files, clock, report, vault: given.vault ?? createVault(given.env, files) };
  const demanded: Secret[] = [];
  const open = (source: SecretSource | undefined, use?: SecretUse): { readonly token?: Secret } => {
    if (source === undefined) return {};
    const token = lazySecret(() => options.vault.open(source, options.settings.folder, use));
    demanded.push(token);
    return { token };
  };
  // Few requests are sent soonest by Node's own client, many go fastest over undici.
  const sendFew = senderOf({}, options.env);
  const sendMany = createSender(() => import("undici"), { proxy: proxyOf(options.env), maxSockets: 256 });
  const parts: Parts = { ...options, open, sendFew, sendMany };
  const registries = memoize(() => makeRegistries(parts));
  return {
    clock: options.clock,
    http: createHttp({ send: sendFew, clock }),
    secretOf: (source) => lazySecret(() => options.vault.open(source, options.settings.folder)),
    forgeToken: () => open(options.settings.config.forge?.token).token,
    forge: memoize(() => makeForge(parts)),
    registries,
    fleet: memoize(async () => (await import("./fleet.ts")).makeFleet(parts, registries)),
    ledger: async (target) => (await import("./ledger.ts")).makeLedger(parts, target),
    attempts: memoize(async () => (await import("./git.ts")).makeAttempts(parts)),
    holds: memoize(async () => (await import("./git.ts")).makeHolds(parts)),
    gitTrials: async () => (await import("./git-trials.ts")).makeTrials(parts),
    demandSecrets: () => demanded.forEach((token) => token.reveal()),
    missingSecrets: () => missingOf(demanded),
  };
}

async function makeForge({ settings, clock, report, open, sendFew: send }: Parts): Promise<Forge> {
  const forge: ForgeConfig | undefined = settings.config.forge;
  if (forge === undefined) throw configMissing("forge");
  const { url, api, repository } = forge;
  const common = { url, api, repository, ...open(forge.token), http: createHttp({ send, clock }), clock, report };
  if (forge.kind === "github") {
    const { createGitHubForge } = await import("@lateen/gate/github");
    const key = open(forge.app?.key, "key").token;
    const app =
      forge.app === undefined || key === undefined
        ? {}
        : { app: { appId: forge.app.id, privateKey: key, installationId: forge.app.installation } };
    return createGitHubForge({ ...common, ...app });
  }
  const { createGiteaForge } = await import("@lateen/gate/gitea");
  return createGiteaForge(common);
}

async function makeRegistries(parts: Parts): Promise<Registries> {
  const { openRegistries } = await import("@lateen/registry");
  const { settings, env, clock, report, vault } = parts;
  const entries: Record<string, RegistryEntry> = {};
  // Getters: the secrets of a registry that is not used need not be there.
  for (const [host, entry] of Object.entries(settings.config.registries)) {
    Object.defineProperty(entries, host, { enumerable: true, get: () => registryEntry(parts, entry) });
  }
  return openRegistries({ registries: entries, env, clock, report, onSecret: (value) => vault.hide(value) });
}

function registryEntry({ open, settings, vault, files }: Parts, entry: RegistryConfig): RegistryEntry {
  const { username, password, token, ca, cert, key, ...plain } = entry;
  const pem = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : files.read(resolve(settings.folder, path));
  const name = typeof username === "object" ? vault.open(username, settings.folder).reveal() : username;
  return {
    ...plain,
    username: name,
    password: open(password).token,
    identityToken: open(token).token,
    ca: pem(ca),
    cert: pem(cert),
    key: pem(key),
  };
}

function lazySecret(open: () => Secret): Secret {
  let opened: Secret | undefined;
  const hidden = (): string => "[secret]";
  return { reveal: () => (opened ??= open()).reveal(), toString: hidden, toJSON: hidden };
}

function missingOf(secrets: readonly Secret[]): readonly ReleaseError[] {
  const missing = new Map<string, ReleaseError>();
  for (const each of secrets) {
    try {
      each.reveal();
    } catch (thrown) {
      const error = asReleaseError(thrown);
      missing.set(error.message, error);
    }
  }
  return [...missing.values()];
}
