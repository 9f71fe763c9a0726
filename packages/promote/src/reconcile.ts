import { go, type ReleaseError, type Repository, type Verdict } from "@lateen/kernel";
import { conclude, proven, stopBecause, toEvidence } from "./report/conclude.ts";
import { checkScope, readOrThrow } from "./errors.ts";
import { resolvePolicy } from "./policy.ts";
import type { FollowPorts, PromotionReport } from "./promotion.ts";
import { tagRef } from "./ports/references.ts";
import { reportSettled } from "./report/report-tags.ts";
import type { Finding } from "./decide/rules.ts";
import { settle } from "./steps/settle.ts";
import { type TrackedTag, trackEntry } from "./steps/tracked-tag.ts";

/** Tags that should follow the ledger. */
export interface ReconcileInput {
  readonly images: readonly Repository[];
  readonly tags: readonly string[];
  /** True if missing pins of the entry are written again. @default true */
  readonly pins?: boolean | undefined;
  /** @default "default" */
  readonly target?: string | undefined;
  /** Longest time for tags to settle, in milliseconds. @default 300000 */
  readonly settleMs?: number | undefined;
}

/**
 * Points every tag at what the newest ledger entry says; safe at any time, also during a promotion.
 *
 * Without an entry there is nothing to follow, and the value is undefined. What can be repaired is repaired; the rest is `partial`.
 * @throws ReleaseError of category `input` or `auth`
 */
export async function reconcile(
  input: ReconcileInput,
  ports: FollowPorts,
  signal?: AbortSignal,
): Promise<Verdict<PromotionReport | undefined>> {
  checkScope(input);
  const { ledger, clock } = ports;
  const read = await readOrThrow(() => ledger.read(signal));
  if (read.kind === "absent")
    return go(undefined, proven(toEvidence([say("passed", "the ledger is empty", ledger.source)], clock)));
  if (read.kind === "unknown") return unreadable(read.cause, ports);
  const head = read.value;
  const scope = { ...input, pins: input.pins ?? true };
  const before = await readTags(
    trackEntry(head.entry, scope, () => undefined),
    ports,
    signal,
  );
  const tracked = trackEntry(head.entry, scope, (repository, tag) => before.get(`${repository}:${tag}`));
  if (tracked.length === 0) {
    const fact = `the newest entry says nothing about any configured tag; compare the configuration with ${ledger.source}`;
    return stopBecause([say("refused", fact, ledger.source)], clock);
  }
  const course = { head, tags: tracked, manifests: new Map() };
  const settled = await settle(course, scope, ports, resolvePolicy(input), signal);
  const images = input.images.map((repository) => ({ repository, candidate: "" }));
  const findings = uncovered(input, settled.tags, ledger.source);
  return conclude(reportSettled({ ...input, images }, settled, false), settled, toEvidence(findings, clock), clock);
}

function unreadable(cause: ReleaseError, { ledger, clock }: Pick<FollowPorts, "ledger" | "clock">): Verdict<undefined> {
  const fact = `the ledger could not be read: ${cause.message}; ${cause.fix ?? "run again"}`;
  return stopBecause([say("unknown", fact, ledger.source)], clock);
}

async function readTags(
  tracked: readonly TrackedTag[],
  ports: Pick<FollowPorts, "tags">,
  signal: AbortSignal | undefined,
): Promise<Map<string, TrackedTag["before"]>> {
  const readings = await Promise.all(
    tracked.map(async ({ repository, tag }) => {
      const reading = await readOrThrow(() => ports.tags.resolve(tagRef(repository, tag), signal));
      return [`${repository}:${tag}`, reading.kind === "found" ? reading.value.digest : undefined] as const;
    }),
  );
  return new Map(readings);
}

/** Tags that are configured and that the entry does not know; they are left alone. */
function uncovered({ images, tags }: ReconcileInput, tracked: readonly TrackedTag[], source: string): Finding[] {
  const all = images.flatMap((repository) => tags.map((tag) => ({ repository, tag })));
  return all
    .filter(({ repository, tag }) => !tracked.some((one) => one.repository === repository && one.tag === tag))
    .map(({ repository, tag }) =>
      say("passed", `the newest entry says nothing about ${repository}:${tag}; the next promotion will`, source),
    );
}

function say(verdict: Finding["verdict"], fact: string, source: string): Finding {
  return { rule: "ledger", verdict, fact, source };
}
