import {
  type Digest,
  ignoreEvents,
  interrupted,
  parseImageRef,
  type ReleaseError,
  type Repository,
} from "@lateen/kernel";
import { decideTag, type TagPlan } from "./decide-retag.ts";
import { settlePolicy } from "../policy.ts";
import { inFull, registryError } from "../errors.ts";
import type { Manifest, Receipt } from "../model/registry.ts";
import type { CurrentTag, RetagFacts } from "./read.ts";
import type { RetaggedTag, RetagPorts } from "./report.ts";
import { settle } from "./settle.ts";

export interface PlannedTag {
  readonly repository: Repository;
  readonly tag: string;
  readonly wanted: Digest;
  readonly before: Digest | undefined;
  readonly previous: Manifest | undefined;
  readonly plan: TagPlan;
}

/** One tag after all is done; `cause` if its write failed. */
export interface WrittenTag {
  readonly repository: Repository;
  readonly wanted: Digest;
  readonly row: RetaggedTag;
  readonly cause?: ReleaseError | undefined;
}

interface WritePorts extends RetagPorts {
  readonly settleMs: number | undefined;
  /** Brings content that a registry reports as missing; false if it could not. */
  readonly bringAgain: (repository: Repository) => Promise<boolean>;
}

export function planTags(wanted: Digest, current: readonly CurrentTag[]): PlannedTag[] {
  return current.map(({ repository, tag, reading }) => {
    const value = reading.kind === "found" ? reading.value : undefined;
    const previous = value?.bytes === undefined ? undefined : { ...value, bytes: value.bytes };
    return { repository, tag, wanted, before: value?.digest, previous, plan: decideTag(wanted, reading) };
  });
}

/** Writes all tags that need it at once, and looks at each until it is settled. */
export async function writeTags(
  planned: readonly PlannedTag[],
  facts: RetagFacts,
  ports: WritePorts,
  signal?: AbortSignal,
): Promise<WrittenTag[]> {
  const manifest = facts.manifest?.kind === "found" ? facts.manifest.value : undefined;
  const repositories = [...new Set(planned.map((tag) => tag.repository))];
  const done = await Promise.all(
    repositories.map(async (repository) => {
      const tags = planned.filter((tag) => tag.repository === repository);
      const toWrite = tags.filter((tag) => tag.plan !== "keep");
      if (toWrite.length === 0 || manifest === undefined) return tags.map(kept);
      const receipts = await putWhole(repository, manifest, toWrite, ports, signal);
      const deadline = ports.clock.now() + (ports.settleMs ?? settlePolicy.settleMs);
      const written = await Promise.all(
        toWrite.map((tag, index) => finish(tag, receipts[index], deadline, ports, signal)),
      );
      return [...tags.filter((tag) => tag.plan === "keep").map(kept), ...written];
    }),
  );
  return planned.map(
    (tag) => done.flat().find((entry) => entry.repository === tag.repository && entry.row.tag === tag.tag) ?? kept(tag),
  );
}

function kept({ repository, wanted, tag, before }: PlannedTag): WrittenTag {
  return { repository, wanted, row: { tag, before, after: before, action: "unchanged" } };
}

/** A registry that reports missing content gets it, and is written once more. */
async function putWhole(
  repository: Repository,
  manifest: Manifest,
  tags: readonly PlannedTag[],
  ports: WritePorts,
  signal: AbortSignal | undefined,
): Promise<readonly Receipt[]> {
  const receipts = await putAll(repository, manifest, tags, ports, signal);
  const isMissing = receipts.every(({ cause }) => cause?.code === "REGISTRY_CONTENT_MISSING");
  if (!isMissing || !(await ports.bringAgain(repository)) || signal?.aborted === true) return receipts;
  return await putAll(repository, manifest, tags, ports, signal);
}

/** Once begun, writing is not called off: a torn connection would only leave doubt about what happened. */
async function putAll(
  repository: Repository,
  manifest: Manifest,
  tags: readonly PlannedTag[],
  { registries }: WritePorts,
  signal: AbortSignal | undefined,
): Promise<readonly Receipt[]> {
  if (signal?.aborted === true) throw interrupted(signal);
  const before = new Map(tags.map(({ tag, before: digest }) => [tag, digest ?? ("absent" as const)]));
  if (tags.length > 1 && registries.putTags !== undefined) {
    return await registries.putTags(
      repository,
      manifest,
      tags.map(({ tag }) => tag),
      undefined,
      before,
    );
  }
  return await Promise.all(
    tags.map(({ tag }) => registries.put(repository, manifest, tag, undefined, before.get(tag))),
  );
}

async function finish(
  planned: PlannedTag,
  receipt: Receipt | undefined,
  deadline: number,
  ports: WritePorts,
  signal: AbortSignal | undefined,
): Promise<WrittenTag> {
  const { repository, tag, wanted, before, previous, plan } = planned;
  const { registries, clock, report = ignoreEvents } = ports;
  const row = { tag, before, ...(previous === undefined ? {} : { previous }) };
  const at = { repository, wanted };
  if (receipt?.outcome === "not-applied") {
    const cause =
      receipt.cause ??
      registryError("TAG_NOT_WRITTEN", "unavailable", { message: "the registry did not apply the write" });
    return { ...at, row: { ...row, after: receipt.digest ?? before, action: "refused", reason: inFull(cause) }, cause };
  }
  if (receipt?.outcome === "foreign") {
    return {
      ...at,
      row: { ...row, after: receipt.digest, action: "foreign", reason: "someone else has moved the tag since" },
    };
  }
  if (receipt?.outcome === "applied") report({ type: "tag-moved", repository, tag, before, after: wanted });
  const ref = parseImageRef(`${repository}:${tag}`);
  const look = () => registries.resolve(ref);
  const onLag = (seen: Digest | undefined) => report({ type: "tag-lagged", repository, tag, seen });
  const { seen, readBack } = await settle({ wanted, before, look, deadline, onLag }, clock, signal);
  if (readBack === "foreign")
    return {
      ...at,
      row: { ...row, after: seen, action: "foreign", reason: `someone else has moved the tag to ${seen ?? "?"}` },
    };
  if (readBack !== "settled")
    return {
      ...at,
      row: { ...row, after: seen, action: "pending", reason: "the tag was written but not seen to have moved in time" },
    };
  report({ type: "tag-settled", repository, tag, digest: wanted });
  return { ...at, row: { ...row, after: seen, action: plan === "create" ? "created" : "moved" } };
}
