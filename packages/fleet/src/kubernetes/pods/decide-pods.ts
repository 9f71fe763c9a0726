import {
  absent,
  found,
  isShaPrefix,
  plainText,
  type Reading,
  type Release,
  ReleaseError,
  unknown,
} from "@lateen/kernel";
import type { Pod } from "../api/wire.ts";
import { chooseContainers, type ContainerChoice, digestFor } from "../workloads/choose-containers.ts";

/** Facts that the pods of a tenant are judged by. */
export interface PodFacts {
  readonly tenant: string;
  /** Pods that the tenant's workloads control. */
  readonly pods: readonly Pod[];
  /** Annotation of a pod that names its commit. */
  readonly annotation: string;
  readonly choice: ContainerChoice;
  readonly images: readonly string[];
  /** Releases whose digests are known: an image is compared with the one of the release that the pod claims to be. */
  readonly releases: readonly Release[];
  /** Other digests of the same image, such as those of its platforms, by its digest. @default none */
  readonly sameImage?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** An image by digest, and what a runtime reports in its place. */
export interface ImageInQuestion {
  readonly repository: string;
  /** Digest that the release, or else the pod's specification, has. */
  readonly wanted: string;
  readonly runs: string;
}

/**
 * The commit that every ready pod runs.
 *
 * The annotation of a pod is a claim; the digest that its container runtime reports is the proof of it. Two revisions are a
 * tenant in mid-move and prove nothing, and so does a pod of the same revision that does not come up again.
 */
export function decidePods(facts: PodFacts): Reading<string> {
  const ready = facts.pods.filter(isReady);
  const [first] = ready;
  if (first === undefined) return unknown(podError("KUBERNETES_NO_READY_POD", facts, noReadyPod(facts.pods)));
  const revision = revisionOf(first, facts);
  const other = ready.find((pod) => revisionOf(pod, facts) !== revision);
  if (other !== undefined) return unknown(podError("KUBERNETES_MIXED", facts, twoRevisions(first, other, facts)));
  if (revision === undefined) return absent(`the pods of ${facts.tenant} have no annotation ${facts.annotation}`);
  if (!isShaPrefix(revision)) return absent(`the pods of ${facts.tenant} name no commit: ${plainText(revision, 40)}`);
  const wrong = ready.map((pod) => wrongImage(pod, facts)).find((what) => what !== undefined);
  if (wrong !== undefined) return unknown(podError("KUBERNETES_IMAGE_MISMATCH", facts, wrong));
  const broken = facts.pods
    .filter((pod) => !isReady(pod) && !isEnding(pod) && revisionOf(pod, facts) === revision)
    .map((pod) => ({ pod, trouble: troubleOf(pod) }))
    .find(({ trouble }) => trouble !== undefined);
  if (broken !== undefined)
    return unknown(
      podError("KUBERNETES_POD_BROKEN", facts, `pod ${broken.pod.metadata.name} is not up: ${broken.trouble}`),
    );
  return found(revision.toLowerCase());
}

function isReady(pod: Pod): boolean {
  const { status } = pod;
  const ready = status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True");
  return ready && status.phase === "Running" && !isEnding(pod);
}

function isEnding({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined || status.phase === "Succeeded" || status.phase === "Failed";
}

function revisionOf({ metadata }: Pod, { annotation }: PodFacts): string | undefined {
  return metadata.annotations[annotation];
}

/** Images of ready pods whose runtime reports another digest than the wanted one: other bytes, or the same ones under another name. */
export function imagesInQuestion(facts: PodFacts): readonly ImageInQuestion[] {
  return facts.pods
    .filter(isReady)
    .flatMap((pod) =>
      imagesOf(pod, facts).flatMap(({ repository, wanted, runs }) =>
        wanted === undefined || runs === undefined || runs === wanted ? [] : [{ repository, wanted, runs }],
      ),
    );
}

/** Fault of the images of a ready pod; undefined if there is none. */
function wrongImage(pod: Pod, facts: PodFacts): string | undefined {
  const images = imagesOf(pod, facts);
  if (images.length === 0) return `pod ${pod.metadata.name} has no container that runs the release`;
  for (const { name, wanted, runs } of images) {
    if (wanted === undefined) continue;
    if (runs === undefined) return `pod ${pod.metadata.name} does not say which image ${name} runs`;
    if (runs !== wanted && facts.sameImage?.get(wanted)?.includes(runs) !== true)
      return `pod ${pod.metadata.name} runs ${runs.slice(0, 19)} in ${name}, and the release is ${wanted.slice(0, 19)}`;
  }
  return undefined;
}

interface PodImage {
  /** Name of the container. */
  readonly name: string;
  readonly repository: string;
  readonly wanted: string | undefined;
  readonly runs: string | undefined;
}

/** The chosen containers of a pod: the digest that the release of its revision has, else its specification, and the one that runs. */
function imagesOf(pod: Pod, facts: PodFacts): readonly PodImage[] {
  const revision = revisionOf(pod, facts)?.toLowerCase();
  const release = facts.releases.find(({ sha }) => sha === revision);
  return chooseContainers(pod.spec, facts.choice, facts.images).map(({ name, image, repository }) => ({
    name,
    repository,
    wanted: (release === undefined ? undefined : digestFor(repository, release)) ?? digestIn(image),
    runs: digestIn(pod.status.containerStatuses.find((status) => status.name === name)?.imageID ?? ""),
  }));
}

/** `repo@sha256:…`, `docker-pullable://repo@sha256:…` and bare `sha256:…` are all spoken by container runtimes. */
function digestIn(image: string): string | undefined {
  return /(?:^|@)(sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128}))$/.exec(image)?.[1];
}

/** Why a pod does not come up, as the kubelet words it. */
export function troubleOf({ status }: Pod): string | undefined {
  for (const { name, state } of [...status.initContainerStatuses, ...status.containerStatuses]) {
    const { waiting, terminated } = state;
    // These two are how every pod begins.
    if (waiting !== undefined && waiting.reason !== "ContainerCreating" && waiting.reason !== "PodInitializing")
      return `${name} ${waiting.reason}${waiting.message === "" ? "" : `: ${plainText(waiting.message, 120)}`}`;
    if (terminated !== undefined && terminated.exitCode !== 0)
      return `${name} ended with ${terminated.exitCode} ${terminated.reason}`.trim();
  }
  const unscheduled = status.conditions.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  return unscheduled === undefined ? undefined : `${unscheduled.reason}: ${plainText(unscheduled.message, 120)}`;
}

function noReadyPod(pods: readonly Pod[]): string {
  const there = pods.filter((pod) => !isEnding(pod));
  if (there.length === 0) return "it has no pods";
  const trouble = there.map(troubleOf).find((each) => each !== undefined);
  return `none of its ${there.length} pods is ready${trouble === undefined ? "" : `: ${trouble}`}`;
}

function twoRevisions(one: Pod, other: Pod, facts: PodFacts): string {
  const named = (pod: Pod) => plainText(revisionOf(pod, facts)?.slice(0, 12) ?? "no commit", 12);
  return `its ready pods run ${named(one)} and ${named(other)}`;
}

function podError(code: string, { tenant }: PodFacts, what: string): ReleaseError {
  const message = `${tenant}: ${what}`;
  return new ReleaseError({ code, category: "unavailable", retryable: false, message, fix: "kubectl get pods" });
}
