import {
  type Clock,
  type Digest,
  type Evidence,
  go,
  type ImageRef,
  isoNow,
  isReleaseError,
  type Reading,
  type Repository,
  type Verdict,
} from "@lateen/kernel";
import { registryStop } from "../errors.ts";
import type { Descriptor, Manifest, Preflight } from "../model/registry.ts";
import { decideMutability, type MutabilitySetting } from "./decide-mutability.ts";
import { exceptionName } from "./ecr-errors.ts";

/** ECR calls about tags; errors are ReleaseErrors whose cause has the exception's name. */
export interface TagPorts {
  readonly clock: Clock;
  mutability(signal?: AbortSignal): Promise<MutabilitySetting>;
  resolve(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Descriptor>>;
}

/** ECR calls of a preflight. */
export interface PreflightPorts extends TagPorts {
  /** `PutImage` without a tag. */
  putUntagged(signal?: AbortSignal): Promise<unknown>;
}

/**
 * Asks ECR whether `tags` may be moved and whether these credentials may write, without a visible effect.
 *
 * An image that is there already is put once more without a tag: ECR answers `ImageAlreadyExistsException` to a caller that may
 * write and refuses all others. An image that is not there is not put, since that would create it; its permission stays unproven.
 * @throws ReleaseError of category `auth` where writing is not allowed
 */
export async function preflight(
  repository: Repository,
  path: string,
  manifest: Manifest,
  tags: readonly string[],
  ports: PreflightPorts,
  signal?: AbortSignal,
): Promise<Verdict<Preflight>> {
  const movable = await checkTags(repository, path, manifest.digest, tags, ports, signal);
  if (movable.kind === "stop") return { ...movable, value: undefined };
  const { permission, fact } = await provePermission(
    ports,
    await ports.resolve({ host: undefined, path, repository, tag: undefined, digest: manifest.digest }, signal),
    signal,
  );
  return go({ permission, mutability: movable.value }, [note(permission, fact, repository, ports)]);
}

/** Asks whether `tags` may be pointed at `digest`, by the setting of the repository; nothing is written. */
export async function checkTags(
  repository: Repository,
  path: string,
  digest: Digest,
  tags: readonly string[],
  ports: TagPorts,
  signal?: AbortSignal,
): Promise<Verdict<Preflight["mutability"]>> {
  const setting = await mutabilityOf(ports, signal);
  for (const tag of setting === undefined
    ? []
    : tags.filter((name) => decideMutability(setting, name) === "immutable")) {
    // A tag that does not exist yet may be created even where none may be moved, and one that is right needs no move.
    const now = await ports.resolve({ host: undefined, path, repository, tag, digest: undefined }, signal);
    if (now.kind === "absent" || (now.kind === "found" && now.value.digest === digest)) continue;
    const fact = `${repository} does not let the tag ${tag} be moved (${setting?.mutability ?? "immutable"})`;
    const fix = `exempt it: aws ecr put-image-tag-mutability with IMMUTABLE_WITH_EXCLUSION and the filter ${tag}`;
    return registryStop({
      outcome: "refused",
      code: "TAG_IMMUTABLE",
      reason: `${fact}; ${fix}`,
      evidence: [note("refused", fact, repository, ports)],
    });
  }
  const known = setting !== undefined && tags.every((tag) => decideMutability(setting, tag) !== "unknown");
  const fact = known ? "the repository lets the tags be moved" : "the rule for moving tags could not be read";
  return go(known ? "mutable" : "unknown", [note(known ? "mutable" : "unknown", fact, repository, ports)]);
}

function note(verdict: string, fact: string, source: string, { clock }: TagPorts): Evidence {
  return { rule: "write-access", verdict, fact, source, at: isoNow(clock) };
}

async function mutabilityOf(ports: TagPorts, signal: AbortSignal | undefined): Promise<MutabilitySetting | undefined> {
  try {
    return await ports.mutability(signal);
  } catch (error) {
    // Many roles may write and not describe: a setting that cannot be read is unknown, and the write itself will tell.
    if (isReleaseError(error) && error.category !== "bug" && error.category !== "interrupted") return undefined;
    throw error;
  }
}

async function provePermission(
  ports: PreflightPorts,
  present: Reading<Descriptor>,
  signal: AbortSignal | undefined,
): Promise<{ readonly permission: Preflight["permission"]; readonly fact: string }> {
  const proven = { permission: "proven", fact: "a repeated PutImage without a tag was let through" } as const;
  const unproven = (fact: string) => ({ permission: "unproven", fact }) as const;
  if (present.kind === "absent") return unproven("the image is not in the repository yet, so writing was not tried");
  if (present.kind === "unknown") {
    if (present.cause.category !== "unavailable") throw present.cause;
    return unproven(`it is not known whether the image is in the repository: ${present.cause.message}`);
  }
  try {
    await ports.putUntagged(signal);
    return proven;
  } catch (error) {
    if (!isReleaseError(error)) throw error;
    if (exceptionName(error.cause) === "ImageAlreadyExistsException") return proven;
    if (error.category === "unavailable") return unproven(`the trial write was not answered: ${error.message}`);
    throw error;
  }
}
