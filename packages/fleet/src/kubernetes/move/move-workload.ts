import { asReleaseError, type Clock, isFatal, type Release, type ReleaseError, unknown } from "@lateen/kernel";
import { workload as schema, type Workload, pod } from "../api/wire.ts";
import type { Cluster } from "../cluster.ts";
import { describeRef, pathOf, type WorkloadRef } from "../workloads/workload-ref.ts";
import { judgePods, podsOf } from "../pods/probe-tenant.ts";
import { decideMove, decideRelease, type MoveDecision, type MoveFacts, type Wanted } from "./decide-move.ts";
import { decideProgress } from "./decide-progress.ts";
import { refKey } from "./watch-workloads.ts";
import { troubleOf } from "../pods/decide-pods.ts";
import { redactText } from "../../http/redact-text.ts";

export type WorkloadOutcome =
  /** Its controller says that all its pods are new and available; the pods themselves are still to be asked. */
  | { readonly kind: "moved" }
  | { readonly kind: "failed"; readonly reason: string }
  /** The patch was accepted, and the end was not seen. */
  | { readonly kind: "in-doubt"; readonly reason: string }
  /** Nothing was written. */
  | { readonly kind: "unreached"; readonly cause: ReleaseError };

/** Writes that met somebody else's are tried this often; each time the object is read and decided on once more. */
const maxConflicts = 10;

/** Moves one workload to a release and waits until its controller has carried it out, or `deadline`. */
export async function moveWorkload(
  cluster: Cluster,
  ref: WorkloadRef,
  release: Release,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<WorkloadOutcome> {
  const written = await write(cluster, ref, release, decideMove, signal);
  if ("outcome" in written) return written.outcome;
  const outcome = await follow(cluster, ref, written, deadline, signal);
  if (outcome.kind !== "moved" || written.wanted.partition === 0) return outcome;
  const doubt = await proveLastPods(cluster, ref, release, deadline, signal);
  if (doubt !== undefined) return doubt;
  const released = await write(cluster, ref, release, decideRelease, signal);
  if (!("outcome" in released)) return follow(cluster, ref, released, deadline, signal);
  // The first step was written.
  return released.outcome.kind === "unreached" ? lost(ref, released.outcome.cause) : released.outcome;
}

interface Written {
  readonly wanted: Wanted;
  readonly state: Workload;
}

/**
 * Reads, decides and patches at the version that was read. A conflict, and a patch whose answer was lost, begin again from the read: what has
 * been written is seen there and not written twice.
 */
async function write(
  cluster: Cluster,
  ref: WorkloadRef,
  release: Release,
  decide: (facts: MoveFacts) => MoveDecision,
  signal: AbortSignal | undefined,
): Promise<Written | { readonly outcome: WorkloadOutcome }> {
  const { api, scope, annotation, clock } = cluster;
  let isSent = false;
  for (let attempt = 1; ; attempt++) {
    try {
      const state = await api.get(pathOf(ref), schema, signal);
      const { choice, images } = scope;
      const decision = decide({ kind: ref.kind, workload: state, release, choice, images, annotation });
      if (decision.kind === "refuse") return failed(ref, decision.reason);
      if (decision.kind === "wait") return { wanted: decision.wanted, state };
      isSent = true;
      return { wanted: decision.wanted, state: await api.patch(pathOf(ref), decision.patch, schema, signal) };
    } catch (thrown) {
      if (isFatal(thrown)) throw thrown;
      const error = asReleaseError(thrown);
      if (error.code === "KUBERNETES_NOT_FOUND") return failed(ref, "it is gone");
      const again = isSent && error.retryable && attempt < maxConflicts;
      if (!again) return { outcome: isSent && error.retryable ? lost(ref, error) : unreached(ref, error) };
      await pause(clock, error.retryAfterMs ?? Math.min(100 * 2 ** attempt, 5_000), signal);
    }
  }
}

/** Pause between two looks at the last pod of a StatefulSet. */
const lookMs = 1_000;

/**
 * The canary of a StatefulSet: pods that carry the new revision have to run the bytes of the release before the others are let go.
 * Undefined if they do; until then, and forever if they do not, its partition holds the others back.
 */
async function proveLastPods(
  cluster: Cluster,
  ref: WorkloadRef,
  release: Release,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<WorkloadOutcome | undefined> {
  const { annotation, scope, clock, releases } = cluster;
  const facts = { tenant: describeRef(ref), annotation, choice: scope.choice, images: scope.images };
  for (;;) {
    const look = await podsOf(cluster, ref, signal)
      .then((pods) => pods.filter(({ metadata }) => metadata.annotations[annotation] === release.sha))
      .then((pods) => judgePods(cluster, { ...facts, releases: [...releases.values()], pods }, signal))
      .catch((error: unknown) => (isFatal(error) ? Promise.reject(error) : unknown(asReleaseError(error))));
    if (look.kind === "found") return undefined;
    const reason = `its last pod is not proven, and the others are held back: ${look.kind === "absent" ? look.proof : look.cause.message}`;
    if (look.kind === "unknown" && look.cause.code === "KUBERNETES_IMAGE_MISMATCH") return failed(ref, reason).outcome;
    if (signal?.aborted === true || clock.now() + lookMs > deadline)
      return { kind: "in-doubt", reason: `${describeRef(ref)}: ${reason}` };
    await pause(clock, lookMs, signal);
  }
}

/** Waits for the end of a rollout, on the shared watch. */
async function follow(
  cluster: Cluster,
  ref: WorkloadRef,
  { wanted, state }: Written,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<WorkloadOutcome> {
  const { watch, clock, annotation } = cluster;
  const { generation } = state.metadata;
  const over = new AbortController();
  let reason = "";
  const judged = new Promise<WorkloadOutcome>((resolve) => {
    const judge = (seen: Workload | undefined): void => {
      // Out of the selection is not out of the world: the object itself says which.
      if (seen === undefined) return void isGone(cluster, ref, signal).then((gone) => gone && resolve(gone));
      const progress = decideProgress({ kind: ref.kind, workload: seen, wanted, annotation, generation });
      if (progress.kind === "waiting") reason = progress.reason;
      else resolve(progress.kind === "done" ? { kind: "moved" } : failed(ref, progress.reason).outcome);
    };
    const end = watch.follow(refKey(ref), judge);
    over.signal.addEventListener("abort", end);
    judge(state);
    const doubt = () => resolve({ kind: "in-doubt", reason: `${describeRef(ref)}: not done in time: ${reason}` });
    clock.sleep(Math.max(0, deadline - clock.now()), over.signal).then(doubt, () => undefined);
    signal?.addEventListener("abort", doubt, { signal: over.signal });
  });
  const outcome = await judged;
  over.abort();
  return outcome.kind === "moved" ? outcome : explain(cluster, ref, outcome);
}

/** Adds the state of the pods, which an operator looks up first. */
async function explain(cluster: Cluster, ref: WorkloadRef, outcome: WorkloadOutcome): Promise<WorkloadOutcome> {
  if (outcome.kind !== "failed" && outcome.kind !== "in-doubt") return outcome;
  const trouble = await explainPods(cluster, ref);
  return trouble === undefined ? outcome : { ...outcome, reason: `${outcome.reason} (${trouble})` };
}

async function isGone(
  { api }: Cluster,
  ref: WorkloadRef,
  signal: AbortSignal | undefined,
): Promise<WorkloadOutcome | undefined> {
  try {
    const { metadata } = await api.get(pathOf(ref), schema, signal);
    return metadata.uid === ref.uid ? undefined : failed(ref, "it was deleted and made again").outcome;
  } catch (error) {
    return asReleaseError(error).code === "KUBERNETES_NOT_FOUND" ? failed(ref, "it is gone").outcome : undefined;
  }
}

function failed(ref: WorkloadRef, reason: string): { readonly outcome: WorkloadOutcome } {
  return { outcome: { kind: "failed", reason: `${describeRef(ref)}: ${reason}` } };
}

function lost(ref: WorkloadRef, { message }: ReleaseError): WorkloadOutcome {
  return { kind: "in-doubt", reason: `${describeRef(ref)}: ${message}` };
}

function unreached(ref: WorkloadRef, cause: ReleaseError): WorkloadOutcome {
  // A refusal of this one object is the tenant's; a missing answer is the call's.
  if (cause.category === "state" || cause.category === "input") return failed(ref, cause.message).outcome;
  return { kind: "unreached", cause };
}

async function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  await clock.sleep(ms, signal).catch(() => undefined);
}

/** Why the pods of a workload do not come up; undefined if they say nothing, or cannot be asked. */
async function explainPods({ api }: Cluster, ref: WorkloadRef): Promise<string | undefined> {
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods`;
    const { items } = await api.list(path, { labelSelector: ref.selector }, pod);
    const troubled = items.map((each) => ({ name: each.metadata.name, trouble: troubleOf(each) }));
    const first = troubled.find(({ trouble }) => trouble !== undefined);
    return first?.trouble === undefined ? undefined : `pod ${first.name}: ${redactText(first.trouble)}`;
  } catch {
    // It only explains; the outcome is the same without it.
    return undefined;
  }
}
