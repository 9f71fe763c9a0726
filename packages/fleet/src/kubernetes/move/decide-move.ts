import type { Release } from "@lateen/kernel";
import type { Workload } from "../api/wire.ts";
import { chooseContainers, type ContainerChoice, imageFor } from "../workloads/choose-containers.ts";
import type { WorkloadKind } from "../workloads/workload-ref.ts";

/** What a workload should run. */
export interface Wanted {
  /** Value of the revision annotation. */
  readonly revision: string;
  /** Images by name of the container. */
  readonly containers: Readonly<Record<string, string>>;
  readonly initContainers: Readonly<Record<string, string>>;
}

/** What may be done with a workload. */
export type MoveDecision =
  | { readonly kind: "patch"; readonly wanted: Wanted; readonly patch: object }
  /** Its template is the wanted one already: it is waited for and not written again. */
  | { readonly kind: "wait"; readonly wanted: Wanted }
  /** It may not, or cannot, be moved; nothing was done. */
  | { readonly kind: "refuse"; readonly reason: string };

/** What a move decides on. */
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

/**
 * Decides on a workload as it was just read.
 *
 * A paused Deployment, an OnDelete StatefulSet and a partition are decisions of somebody else, so they are reported and never undone. Replicas
 * are never touched: they belong to an autoscaler or to its owner.
 * @throws ReleaseError `KUBERNETES_NO_IMAGE`
 */
export function decideMove(facts: MoveFacts): MoveDecision {
  const { kind, workload, release, annotation } = facts;
  const { metadata, spec } = workload;
  if (metadata.deletionTimestamp !== undefined) return { kind: "refuse", reason: "it is being deleted" };
  if (spec.paused) return { kind: "refuse", reason: "it is paused: kubectl rollout resume" };
  if (kind === "statefulsets" && spec.updateStrategy.type === "OnDelete")
    return { kind: "refuse", reason: "its updateStrategy is OnDelete, so no pod would be replaced" };
  if (kind === "statefulsets" && spec.updateStrategy.rollingUpdate.partition > 0)
    return { kind: "refuse", reason: `its partition ${spec.updateStrategy.rollingUpdate.partition} holds pods back` };
  const wanted = wantedFor(facts);
  if (wanted === undefined) return { kind: "refuse", reason: "it has no container that runs the release" };
  if (isWanted(workload, wanted, annotation)) return { kind: "wait", wanted };
  return { kind: "patch", wanted, patch: patchFor(workload, wanted, annotation, release) };
}

function wantedFor({ workload, release, choice, images, annotation }: MoveFacts): Wanted | undefined {
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

/** Whether the template of a workload is the wanted one. */
export function isWanted({ spec }: Workload, wanted: Wanted, annotation: string): boolean {
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
function patchFor({ metadata, spec }: Workload, wanted: Wanted, annotation: string, release: Release): object {
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
      : { annotations: { [previousAnnotation]: JSON.stringify({ revision, images }) } };
  const init = Object.keys(wanted.initContainers).length === 0 ? {} : { initContainers: list(wanted.initContainers) };
  return {
    metadata: { resourceVersion: metadata.resourceVersion, ...previous },
    spec: {
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
