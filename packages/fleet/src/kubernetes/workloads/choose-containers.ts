import { type Digest, plainText, type Release } from "@lateen/kernel";
import { fleetError } from "../../errors.ts";

/** Containers of a workload that run the release. */
export interface ContainerChoice {
  /** Name of the container. @default every container whose image is one of the release's */
  readonly container?: string | undefined;
  /** Repository of the image. @default the release's first, or for each container its own */
  readonly image?: string | undefined;
}

interface Container {
  readonly name: string;
  readonly image: string;
}

/** A part of a pod template or of a pod. */
export interface Containers {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

/** One container that is chosen, and the repository that its image comes from. */
export interface Chosen {
  readonly name: string;
  readonly image: string;
  readonly repository: string;
  readonly init: boolean;
}

/**
 * The containers that run the release: the one of a name, or every one whose image comes from a repository of it. Init
 * containers are chosen by repository only: a migration belongs to the release, a proxy of the same name does not.
 */
export function chooseContainers(
  spec: Containers,
  choice: ContainerChoice,
  images: readonly string[],
): readonly Chosen[] {
  const [first = ""] = images;
  if (choice.container !== undefined) {
    const repository = choice.image ?? first;
    const named = spec.containers.filter(({ name }) => name === choice.container);
    return named.map(({ name, image }) => ({ name, image, repository, init: false }));
  }
  const repositories = choice.image === undefined ? images : [choice.image];
  const chosen = (list: readonly Container[], init: boolean): readonly Chosen[] =>
    list.flatMap(({ name, image }) => {
      const repository = repositories.find((each) => each === repositoryOf(image));
      return repository === undefined ? [] : [{ name, image, repository, init }];
    });
  return [...chosen(spec.containers, false), ...chosen(spec.initContainers ?? [], true)];
}

/** An image without its tag and its digest. */
export function repositoryOf(image: string): string {
  const [name = ""] = image.split("@");
  return name.replace(/:[^/:]*$/, "");
}

/**
 * The image that a container gets: by digest; by tag only for a release without digests, which is one that was returned to.
 *
 * @throws ReleaseError `KUBERNETES_NO_IMAGE`
 */
export function imageFor({ repository }: Pick<Chosen, "repository">, release: Release): string {
  const digest = digestFor(repository, release);
  if (digest !== undefined) return `${repository}@${digest}`;
  if (repository !== "" && release.tag !== undefined && Object.keys(release.digests).length === 0)
    return `${repository}:${release.tag}`;
  throw fleetError("KUBERNETES_NO_IMAGE", "input", {
    message: `the release has no image ${plainText(repository, 100) || "at all"}`,
    fix: "name it in release.images",
  });
}

export function digestFor(repository: string, { digests }: Release): Digest | undefined {
  return Object.hasOwn(digests, repository) ? digests[repository] : undefined;
}
