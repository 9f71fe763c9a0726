import type { Release } from "@lateen/kernel";
import type { Workload } from "../api/wire.ts";
import { chooseContainers, type ContainerChoice, imageFor } from "../workloads/choose-containers.ts";
import type { WorkloadKind } from "../workloads/workload-ref.ts";

/** Image that a workload should run. */
export interface Wanted {
  /** Value of the revision annotation. */
  readonly revision: string;
  /** Images by name of the container. */
  readonly containers: Readonly<Record<string, string>>;
  readonly initContainers: Readonly<Record<string, string>>;
  /** Pods of a StatefulSet below this ordinal are held back until those above are proven; 0 for none. */
  readonly partition: number;
}

/** Permitted actions on a workload. */
export type MoveDecision =
  | { readonly kind: "patch"; readonly wanted: Wanted; readonly patch: object }
  /** Its template is the wanted one already: it is waited for and not written again. */
  | { readonly kind: "wait"; readonly wanted: Wanted }
  /** It may not, or cannot, be moved; nothing was done. */
  | { readonly kind: "refuse"; readonly reason: string };

export interface MoveFacts {
  readonly kind: WorkloadKind;
  readonly workload: Workload;
  readonly release: Release;
  readonly choice: ContainerChoice;
  /** Repositories of the release. */
  readonly images: readonly string[];
  /** Annotation of the pod template that names the commit. */
  readonly annotation: string;
}

/** Annotation that keeps what a workload ran before its last move: a tenant is returned to exactly those images. */
export const previousAnnotation = "lateen/previous";
/** Annotation that says whose the partition of a StatefulSet is: the commit that its last pod tries. */
export const partitionAnnotation = "lateen/partition";

/**
 * Decides on a workload as it was just read.
 *
 * A paused Deployment, an OnDelete StatefulSet and a partition that is not ours are decisions of somebody else, so they are reported and
 * never undone. Replicas are never touched: they belong to an autoscaler or to its owner. A StatefulSet of several pods is moved in two
 * steps: its last pod alone, and the others once that one is proven.
 * @throws ReleaseError `KUBERNETES_NO_IMAGE`
 */
export function decideMove(facts: MoveFacts): MoveDecision {
  const { kind, workload, release, annotation } = facts;
  const { metadata, spec } = workload;
  if (metadata.deletionTimestamp !== undefined) return { kind: "refuse", reason: "it is being deleted" };
  if (spec.paused) return { kind: "refuse", reason: "it is paused: kubectl rollout resume" };
  if (kind === "statefulsets" && spec.updateStrategy.type === "OnDelete")
    return { kind: "refuse", reason: "its updateStrategy is OnDelete, so no pod would be replaced" };
  if (kind === "statefulsets" && partitionOf(workload) > 0 && !isOurs(workload))
    return { kind: "refuse", reason: `its partition ${partitionOf(workload)} holds pods back` };
  const wanted = wantedFor(facts);
  if (wanted === undefined) return { kind: "refuse", reason: "it has no container that runs the release" };
  // After a death between the two steps the template is the wanted one, and the partition is still ours.
  if (isWanted(workload, wanted, annotation))
    return { kind: "wait", wanted: { ...wanted, partition: partitionOf(workload) } };
  const partition = kind === "statefulsets" ? Math.max(0, spec.replicas - 1) : 0;
  const held = { ...wanted, partition };
  return { kind: "patch", wanted: held, patch: patchFor(workload, held, annotation, release) };
}

/** Decides on a StatefulSet whose last pod is proven: the pods that our partition holds back are let go, and nothing else is written. */
export function decideRelease(facts: MoveFacts): MoveDecision {
  const decision = decideMove(facts);
  if (decision.kind === "patch")
    return { kind: "refuse", reason: "somebody else has changed its template in the meantime" };
  if (decision.kind === "refuse" || decision.wanted.partition === 0) return decision;
  const { resourceVersion } = facts.workload.metadata;
  const metadata = { resourceVersion, annotations: { [partitionAnnotation]: null } };
  return { kind: "patch", wanted: { ...decision.wanted, partition: 0 }, patch: { metadata, spec: strategyOf(0) } };
}

function strategyOf(partition: number): object {
  return { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } } };
}

function partitionOf({ spec }: Workload): number {
  return spec.updateStrategy.rollingUpdate.partition;
}

function isOurs({ metadata }: Workload): boolean {
  return metadata.annotations[partitionAnnotation] !== undefined;
}

function wantedFor({
  workload,
  release,
  choice,
  images,
  annotation,
}: MoveFacts): Omit<Wanted, "partition"> | undefined {
  const { template } = workload.spec;
  const chosen = chooseContainers(template.spec, choice, images);
  if (chosen.length === 0) return undefined;
  const before = previousOf(workload);
  const isReturn = before?.revision === release.sha && template.metadata.annotations[annotation] !== release.sha;
  const imageOf = (init: boolean) =>
    Object.fromEntries(
      chosen
        .filter((container) => container.init === init)
        .map((container) => [
          container.name,
          // A return has no digests of its own: what ran before is written down.
          (isReturn && Object.keys(release.digests).length === 0 ? before.images[container.name] : undefined) ??
            imageFor(container, release),
        ]),
    );
  return { revision: release.sha, containers: imageOf(false), initContainers: imageOf(true) };
}

/** True if the template of a workload is the wanted one. */
export function isWanted({ spec }: Workload, wanted: Omit<Wanted, "partition">, annotation: string): boolean {
  const { metadata, spec: pod } = spec.template;
  const runs = (list: readonly { name: string; image: string }[], images: Readonly<Record<string, string>>) =>
    Object.entries(images).every(([name, image]) => list.find((each) => each.name === name)?.image === image);
  return (
    metadata.annotations[annotation] === wanted.revision &&
    runs(pod.containers, wanted.containers) &&
    runs(pod.initContainers, wanted.initContainers)
  );
}

/** A strategic merge patch at one version of the object: a write in between makes it a conflict. */
function patchFor(workload: Workload, wanted: Wanted, annotation: string, release: Release): object {
  const { metadata, spec } = workload;
  const list = (images: Readonly<Record<string, string>>) =>
    Object.entries(images).map(([name, image]) => ({ name, image }));
  const { containers, initContainers } = spec.template.spec;
  const revision = spec.template.metadata.annotations[annotation];
  const names = new Set([...Object.keys(wanted.containers), ...Object.keys(wanted.initContainers)]);
  const images = Object.fromEntries(
    [...containers, ...initContainers].filter(({ name }) => names.has(name)).map(({ name, image }) => [name, image]),
  );
  const previous =
    revision === undefined || revision === release.sha
      ? {}
      : { [previousAnnotation]: JSON.stringify({ revision, images }) };
  const isHeld = wanted.partition > 0 || partitionOf(workload) > 0;
  const marks = {
    ...previous,
    ...(isHeld ? { [partitionAnnotation]: wanted.partition > 0 ? release.sha : null } : {}),
  };
  const init = Object.keys(wanted.initContainers).length === 0 ? {} : { initContainers: list(wanted.initContainers) };
  return {
    metadata: {
      resourceVersion: metadata.resourceVersion,
      ...(Object.keys(marks).length === 0 ? {} : { annotations: marks }),
    },
    spec: {
      ...(isHeld ? strategyOf(wanted.partition) : {}),
      template: {
        metadata: { annotations: { [annotation]: wanted.revision } },
        spec: { containers: list(wanted.containers), ...init },
      },
    },
  };
}

interface Previous {
  readonly revision: string;
  readonly images: Readonly<Record<string, string>>;
}

/** Somebody may have written the annotation by hand: what cannot be read is as if it were not there. */
function previousOf({ metadata }: Workload): Previous | undefined {
  try {
    const value = JSON.parse(metadata.annotations[previousAnnotation] ?? "") as Partial<Previous> | null;
    const { revision, images } = value ?? {};
    const isRead = typeof revision === "string" && typeof images === "object" && images !== null;
    return isRead && Object.values(images).every((image) => typeof image === "string")
      ? { revision, images }
      : undefined;
  } catch {
    return undefined;
  }
}
