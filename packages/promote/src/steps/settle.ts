import type { Reading, ReleaseError } from "@lateen/kernel";
import { apply, type Manifests } from "./apply.ts";
import { decideSettle } from "../decide/settle.ts";
import { promoteError, readWithoutThrowing } from "../errors.ts";
import type { LedgerHead } from "../ports/ledger.ts";
import { remembered, type SettlePolicy } from "../policy.ts";
import type { FollowPorts } from "../promotion.ts";
import { tagRef } from "../ports/references.ts";
import type { Descriptor } from "../ports/tag-store.ts";
import { retarget, type Scope, type TrackedTag } from "./tracked-tag.ts";

/** Tags that follow the ledger, and the entry that they follow. */
export interface Course {
  readonly head: LedgerHead;
  readonly tags: readonly TrackedTag[];
  readonly manifests: Manifests;
}

/** Final state of the tags. */
export interface Settled {
  readonly head: LedgerHead;
  readonly tags: readonly TrackedTag[];
  /** Why it is not certain that `head` is the newest entry. */
  readonly ledgerUnread?: ReleaseError | undefined;
  readonly interrupted: boolean;
}

/**
 * Looks at ledger and tags, in this order, until every tag names what the newest entry says.
 *
 * The ledger is read after every write: a promoter that was overtaken finishes by applying the newer entry, so the
 * last writer always writes the newest release. It ends only after a round that wrote nothing. It never throws.
 */
export async function settle(
  course: Course,
  scope: Scope,
  ports: FollowPorts,
  policy: SettlePolicy,
  signal: AbortSignal | undefined,
): Promise<Settled> {
  const end = ports.clock.now() + policy.settleMs;
  for (let { head, tags } = course; ;) {
    // At the same time, which is safe: both after our last write, and a stranger is believed only after the next reading of the ledger.
    const [newest, ...seen] = await Promise.all([readNewer(head, ports), ...tags.map((tag) => see(tag, ports))]);
    const sights = new Map(tags.map((tag, at) => [`${tag.repository}:${tag.tag}`, seen[at]]));
    if (newest.kind === "newer") {
      tags = retarget(tags, newest.head, scope);
      head = newest.head;
      ports.report({ type: "ledger-moved-on", entry: head.id, commit: head.entry.commit });
    }
    const ledgerUnread = newest.kind === "unread" ? newest.cause : undefined;
    tags = tags.map((tag) => judge(tag, sights.get(`${tag.repository}:${tag.tag}`), ports, policy));
    if (tags.some(({ decision }) => decision === "foreign")) tags = await recall(tags, ports);
    const wrote = tags.some(({ decision }) => decision === "write");
    if (wrote) tags = await writeDue(tags, course.manifests, ports);
    const interrupted = signal?.aborted === true;
    const done = ledgerUnread === undefined && tags.every(({ decision }) => decision !== "wait");
    // Never right after a write: each writer has to look at the ledger once more.
    if (!wrote && (done || interrupted || ports.clock.now() >= end))
      return { head, tags, ledgerUnread, interrupted: interrupted && !done };
    if (!wrote)
      await ports.clock.sleep(Math.min(policy.pollMs, end - ports.clock.now()), signal).catch(() => undefined);
  }
}

type Newest =
  | { readonly kind: "same" }
  | { readonly kind: "newer"; readonly head: LedgerHead }
  | { readonly kind: "unread"; readonly cause: ReleaseError };

async function readNewer(head: LedgerHead, { ledger }: FollowPorts): Promise<Newest> {
  const read = await readWithoutThrowing(() => ledger.read());
  if (read.kind === "unknown") return { kind: "unread", cause: read.cause };
  if (read.kind === "found" && read.value.id === head.id) return { kind: "same" };
  if (read.kind === "found" && read.value.position > head.position) return { kind: "newer", head: read.value };
  const message = `${ledger.source} no longer holds entry ${head.position} (${head.id.slice(0, 12)}): it was rewound or removed`;
  return {
    kind: "unread",
    cause: promoteError("LEDGER_REWOUND", "state", { message, fix: "restore the ref; a ledger only grows" }),
  };
}

function see({ repository, tag }: TrackedTag, { tags }: FollowPorts): Promise<Reading<Descriptor>> {
  return readWithoutThrowing(() => tags.resolve(tagRef(repository, tag)));
}

/** Decides the next step for a tag by its reading. A tag that only a newer entry has was not looked at yet, and waits. */
function judge(
  tag: TrackedTag,
  seen: Reading<Descriptor> | undefined,
  { clock, report }: FollowPorts,
  policy: SettlePolicy,
): TrackedTag {
  if (seen === undefined) return { ...tag, decision: "wait" };
  const { repository, wanted } = tag;
  const digest = seen.kind === "found" ? seen.value.digest : undefined;
  const seenIsOlder = digest === undefined || tag.older.has(digest);
  const isStrange = !seenIsOlder && digest !== wanted;
  const strangeLooks = seen.kind === "unknown" ? tag.strangeLooks : isStrange ? tag.strangeLooks + 1 : 0;
  const sinceWriteMs = clock.now() - tag.writtenAt;
  const decision = decideSettle({ ...tag, seen, seenIsOlder, strangeLooks, sinceWriteMs }, policy);
  if (decision !== tag.decision) {
    if (decision === "settled") report({ type: "tag-settled", repository, tag: tag.tag, digest: wanted });
    if (decision === "wait") report({ type: "tag-lagging", repository, tag: tag.tag, seen: digest });
  }
  const cause = seen.kind === "unknown" ? seen.cause : tag.cause;
  return { ...tag, seen, strangeLooks, decision, cause };
}

/** Writes the tags that are due; the others stay as they are. */
async function writeDue(tags: readonly TrackedTag[], manifests: Manifests, ports: FollowPorts): Promise<TrackedTag[]> {
  const due = await apply(
    tags.filter(({ decision }) => decision === "write"),
    manifests,
    ports,
    tags,
  );
  return tags.map((tag) => due.find((one) => one.repository === tag.repository && one.tag === tag.tag) ?? tag);
}

/** A strange digest that an earlier entry wrote is known: a promoter of that entry was slow, and it will be overwritten. */
async function recall(tags: readonly TrackedTag[], { ledger, report }: FollowPorts): Promise<TrackedTag[]> {
  const past = await readWithoutThrowing(() => ledger.entries(remembered));
  const images = past.kind === "found" ? past.value.flatMap(({ entry }) => entry.images) : [];
  return tags.map((tag) => {
    if (tag.decision !== "foreign" || tag.seen?.kind !== "found") return tag;
    const { digest } = tag.seen.value;
    if (images.some((image) => image.repository === tag.repository && image.digest === digest)) {
      return { ...tag, older: new Set([...tag.older, digest]), strangeLooks: 0, decision: "wait" };
    }
    report({ type: "tag-foreign", repository: tag.repository, tag: tag.tag, seen: digest });
    return tag;
  });
}
