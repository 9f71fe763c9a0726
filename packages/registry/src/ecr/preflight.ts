import {
  type Clock,
  type Evidence,
  go,
  type ImageRef,
  isoNow,
  isReleaseError,
  type Reading,
  type ReleaseError,
  type Repository,
  stop,
  type Verdict,
} from "@lateen/kernel";
import type { Manifest, Preflight } from "../registry.ts";
import { decideMutability, type MutabilitySetting } from "./decide-mutability.ts";
import { exceptionName } from "./ecr-errors.ts";

/** What a preflight asks of ECR; errors are ReleaseErrors with the SDK's as cause. */
export interface PreflightPorts {
  readonly clock: Clock;
  mutability(signal?: AbortSignal): Promise<MutabilitySetting>;
  resolve(ref: ImageRef, signal?: AbortSignal): Promise<Reading<unknown>>;
  /** `PutImage` without a tag. */
  putUntagged(signal?: AbortSignal): Promise<unknown>;
}

/**
 * Asks ECR whether `tags` may be moved and whether these credentials may write, without a visible effect.
 *
 * An image that is there already is put once more without a tag: ECR answers `ImageAlreadyExistsException` to whoever may
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
  const at = isoNow(ports.clock);
  const note = (verdict: string, fact: string): Evidence => ({
    rule: "write-access",
    verdict,
    fact,
    source: repository,
    at,
  });
  const ref = (name: { tag?: string; digest?: Manifest["digest"] }): ImageRef => ({
    host: undefined,
    path,
    repository,
    tag: name.tag,
    digest: name.digest,
  });

  const setting = await mutabilityOf(ports, signal);
  for (const tag of setting === undefined
    ? []
    : tags.filter((name) => decideMutability(setting, name) === "immutable")) {
    // A tag that does not exist yet may be created even where none may be moved.
    if ((await ports.resolve(ref({ tag }), signal)).kind === "absent") continue;
    const fact = `${repository} does not let the tag ${tag} be moved (${setting?.mutability ?? "immutable"})`;
    const fix = `exempt it: aws ecr put-image-tag-mutability with IMMUTABLE_WITH_EXCLUSION and the filter ${tag}`;
    return stop("refused", `${fact}; ${fix}`, [note("refused", fact)]);
  }
  const known = setting !== undefined && tags.every((tag) => decideMutability(setting, tag) !== "unknown");
  const permission = await provePermission(
    ports,
    await ports.resolve(ref({ digest: manifest.digest }), signal),
    signal,
  );
  const fact =
    permission === "proven"
      ? "a repeated PutImage without a tag was let through"
      : "the image is not in the repository yet, so writing was not tried";
  return go({ permission, mutability: known ? "mutable" : "unknown" }, [note(permission, fact)]);
}

async function mutabilityOf(
  ports: PreflightPorts,
  signal: AbortSignal | undefined,
): Promise<MutabilitySetting | undefined> {
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
  present: Reading<unknown>,
  signal: AbortSignal | undefined,
): Promise<Preflight["permission"]> {
  if (present.kind !== "found") return "unproven";
  try {
    await ports.putUntagged(signal);
    return "proven";
  } catch (error) {
    if (exceptionName((error as ReleaseError).cause) === "ImageAlreadyExistsException") return "proven";
    if (isReleaseError(error) && error.category === "unavailable") return "unproven";
    throw error;
  }
}
