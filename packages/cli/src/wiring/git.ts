import { isAbsolute, resolve } from "node:path";
import type { createAttempts, createHoldLog } from "@lateen/gate";
import { createGitRefLog } from "@lateen/git-log";
import type { Secret } from "@lateen/kernel";
import type { LedgerConfig } from "../config/config.ts";
import { gitAccess } from "../config/git-access.ts";
import { gitCertificates } from "./git-certificates.ts";
import type { Parts } from "./parts.ts";
import { configMissing } from "../config/errors.ts";

type HoldLog = ReturnType<typeof createHoldLog>;

type Attempts = ReturnType<typeof createAttempts>;

/** The memory of the starvation guard is next to the ledger, on a ref of its own. */
export async function makeAttempts(parts: Parts): Promise<Attempts | undefined> {
  if (parts.settings.config.promote === undefined) return undefined;
  const { createAttempts } = await import("@lateen/gate");
  const { env, clock } = parts;
  return createAttempts(createGitRefLog({ ...ledgerPlace(parts), ref: "refs/lateen/attempts", env, clock }));
}

/** The hold that guards read is next to the ledger, or without one in the forge's repository; undefined if no ref is named. */
export async function makeHolds(parts: Parts): Promise<HoldLog | undefined> {
  const { killSwitch, promote } = parts.settings.config;
  if (killSwitch?.ref === undefined) return undefined;
  const { createHoldLog } = await import("@lateen/gate");
  const { env, clock } = parts;
  const place = promote === undefined ? gitPlace(parts, forgeRepository, "forge") : ledgerPlace(parts);
  return createHoldLog(createGitRefLog({ ...place, ref: killSwitch.ref, env, clock }));
}

/** The forge's own repository, with the forge's token. */
const forgeRepository: LedgerConfig = { ref: "", insecure: false };

/** The git repository of the ledger, and its token. */
export function ledgerPlace(parts: Parts): GitPlace {
  const { promote } = parts.settings.config;
  if (promote === undefined) throw configMissing("promote");
  return gitPlace(parts, promote.ledger, "promote.ledger.remote");
}

/** A git repository as `createGitRefLog` takes it. */
export interface GitPlace {
  readonly remote: string;
  readonly token?: Secret;
  readonly username?: string;
  readonly insecure: boolean;
  readonly ca?: string | undefined;
}

/** A git repository; a path is relative to the configuration. @throws ReleaseError `CONFIG_MISSING` if none is named */
export function gitPlace({ settings, open }: Parts, place: LedgerConfig, key: string): GitPlace {
  const { username, insecure } = place;
  const access = gitAccess(settings.config, place);
  if (access === undefined) throw configMissing(key);
  const { remote, isUrl, token } = access;
  if (!isUrl) return { remote: isAbsolute(remote) ? remote : resolve(settings.folder, remote), insecure: false };
  const ca = remote.startsWith("https:") ? gitCertificates() : undefined;
  return { remote, ...open(token), ...(username === undefined ? {} : { username }), insecure, ca };
}
