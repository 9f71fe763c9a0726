import { readManifestLinks } from "./manifest-links.ts";
import { type RegistryStore, sha256 } from "./store.ts";

/** Tag mutability of one repository of the fake ECR. */
export interface EcrRepositorySetting {
  readonly mutability?: "MUTABLE" | "IMMUTABLE" | "MUTABLE_WITH_EXCLUSION" | "IMMUTABLE_WITH_EXCLUSION";
  readonly exclusions?: readonly string[];
  /** Rules of the lifecycle policy; they are given out and never carried out. @default there is no policy */
  readonly lifecycle?: readonly object[];
}

/** State that an operation works on. */
export interface EcrWorld {
  readonly account: string;
  readonly region: string;
  readonly store: RegistryStore;
  readonly settings: ReadonlyMap<string, EcrRepositorySetting>;
  /** Base address of the endpoint itself. */
  readonly url: () => string;
  readonly password: () => string;
}

/** The answer of an operation: its output, or an exception by name. */
export type EcrAnswer = { readonly output: object } | { readonly exception: string; readonly message: string };

type Input = Readonly<Record<string, unknown>>;
type Operation = (world: EcrWorld, input: Input) => EcrAnswer;

/** The operations that the fake knows. Source: Amazon ECR API Reference. */
export const ecrOperations: Readonly<Record<string, Operation>> = {
  BatchGetImage: inRepository(batchGetImage),
  PutImage: inRepository(putImage),
  ListImages: inRepository(listImages),
  DescribeRepositories: describeRepositories,
  GetLifecyclePolicy: inRepository(lifecyclePolicy),
  GetDownloadUrlForLayer: inRepository(downloadUrl),
  GetAuthorizationToken: ({ account, region, password }) => ({
    output: {
      authorizationData: [
        {
          authorizationToken: Buffer.from(`AWS:${password()}`).toString("base64"),
          expiresAt: 4_102_444_800,
          proxyEndpoint: `https://${account}.dkr.ecr.${region}.amazonaws.com`,
        },
      ],
    },
  }),
};

function inRepository(operation: Operation): Operation {
  return (world, input) => {
    const name = String(input["repositoryName"]);
    if (world.store.repositories.has(name)) return operation(world, input);
    return {
      exception: "RepositoryNotFoundException",
      message: `The repository with name '${name}' does not exist in the registry with id '${world.account}'`,
    };
  };
}

interface ImageId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

function batchGetImage({ store, account: registryId }: EcrWorld, input: Input): EcrAnswer {
  const repositoryName = String(input["repositoryName"]);
  const { manifests, tags } = store.repository(repositoryName);
  const images: object[] = [];
  const failures: object[] = [];
  for (const imageId of (input["imageIds"] ?? []) as readonly ImageId[]) {
    const named = imageId.imageTag === undefined ? imageId.imageDigest : tags.get(imageId.imageTag);
    const manifest = named === undefined ? undefined : manifests.get(named);
    if (named === undefined || manifest === undefined) {
      failures.push({ imageId, failureCode: "ImageNotFound", failureReason: "Requested image not found" });
    } else if (imageId.imageDigest !== undefined && imageId.imageDigest !== named) {
      failures.push({
        imageId,
        failureCode: "ImageTagDoesNotMatchDigest",
        failureReason: "The tag names another image",
      });
    } else {
      const id = { imageDigest: named, ...(imageId.imageTag === undefined ? {} : { imageTag: imageId.imageTag }) };
      images.push({
        registryId,
        repositoryName,
        imageId: id,
        imageManifest: manifest.bytes.toString("utf8"),
        imageManifestMediaType: manifest.mediaType,
      });
    }
  }
  return { output: { images, failures } };
}

/** One id for each tag; the token of the next page is the number of its first id. */
function listImages({ store }: EcrWorld, input: Input): EcrAnswer {
  const { tags } = store.repository(String(input["repositoryName"]));
  const ids = [...tags].map(([imageTag, imageDigest]) => ({ imageTag, imageDigest }));
  const from = Number(input["nextToken"] ?? 0);
  const to = from + Math.min(1000, Number(input["maxResults"] ?? 100));
  return { output: { imageIds: ids.slice(from, to), ...(to < ids.length ? { nextToken: String(to) } : {}) } };
}

function putImage(world: EcrWorld, input: Input): EcrAnswer {
  const repositoryName = String(input["repositoryName"]);
  const bytes = Buffer.from(String(input["imageManifest"]), "utf8");
  const imageTag = typeof input["imageTag"] === "string" ? input["imageTag"] : undefined;
  const digest = sha256(bytes);
  const { manifests, tags, blobs } = world.store.repository(repositoryName);
  if (typeof input["imageDigest"] === "string" && input["imageDigest"] !== digest) {
    return {
      exception: "ImageDigestDoesNotMatchException",
      message: "The specified image digest does not match the digest calculated",
    };
  }
  const links = readManifestLinks(bytes);
  if (!links.blobs.every((blob) => blobs.has(blob)))
    return { exception: "LayersNotFoundException", message: "The specified layers could not be found" };
  if (!links.manifests.every((child) => manifests.has(child))) {
    return {
      exception: "ReferencedImagesNotFoundException",
      message: "The manifest list references images that do not exist",
    };
  }
  const same = imageTag === undefined ? manifests.has(digest) : tags.get(imageTag) === digest;
  if (same)
    return {
      exception: "ImageAlreadyExistsException",
      message: `Image with digest '${digest}' and tag '${imageTag ?? ""}' already exists`,
    };
  if (imageTag !== undefined && tags.has(imageTag) && isImmutable(world.settings.get(repositoryName), imageTag)) {
    return {
      exception: "ImageTagAlreadyExistsException",
      message: `The image tag '${imageTag}' already exists and cannot be overwritten because the repository is immutable`,
    };
  }
  world.store.addManifest(repositoryName, bytes, String(input["imageManifestMediaType"]), imageTag);
  const imageId = { imageDigest: digest, ...(imageTag === undefined ? {} : { imageTag }) };
  return { output: { image: { registryId: world.account, repositoryName, imageId } } };
}

/** Only whole names and a final `*` are understood, which is what the tests need; the adapter has its own matcher. */
function isImmutable(setting: EcrRepositorySetting | undefined, tag: string): boolean {
  const { mutability = "MUTABLE", exclusions = [] } = setting ?? {};
  const excluded = exclusions.some((filter) =>
    filter.endsWith("*") ? tag.startsWith(filter.slice(0, -1)) : filter === tag,
  );
  return (
    mutability === "IMMUTABLE" ||
    (mutability === "IMMUTABLE_WITH_EXCLUSION" && !excluded) ||
    (mutability === "MUTABLE_WITH_EXCLUSION" && excluded)
  );
}

function describeRepositories({ store, settings, account: registryId }: EcrWorld, input: Input): EcrAnswer {
  const names = (input["repositoryNames"] ?? [...store.repositories.keys()]) as readonly string[];
  const missing = names.find((name) => !store.repositories.has(name));
  if (missing !== undefined)
    return {
      exception: "RepositoryNotFoundException",
      message: `The repository with name '${missing}' does not exist`,
    };
  const repositories = names.map((repositoryName) => {
    const { mutability = "MUTABLE", exclusions = [] } = settings.get(repositoryName) ?? {};
    const filters = exclusions.map((filter) => ({ filter, filterType: "WILDCARD" }));
    return { registryId, repositoryName, imageTagMutability: mutability, imageTagMutabilityExclusionFilters: filters };
  });
  return { output: { repositories } };
}

function lifecyclePolicy({ settings, account: registryId }: EcrWorld, input: Input): EcrAnswer {
  const repositoryName = String(input["repositoryName"]);
  const rules = settings.get(repositoryName)?.lifecycle;
  if (rules === undefined)
    return {
      exception: "LifecyclePolicyNotFoundException",
      message: `Lifecycle policy does not exist for the repository with name '${repositoryName}' in the registry with id '${registryId}'`,
    };
  return { output: { registryId, repositoryName, lifecyclePolicyText: JSON.stringify({ rules }) } };
}

function downloadUrl({ store, url }: EcrWorld, input: Input): EcrAnswer {
  const repository = String(input["repositoryName"]);
  const digest = String(input["layerDigest"]);
  if (!store.repository(repository).blobs.has(digest))
    return { exception: "LayersNotFoundException", message: "The layer could not be found" };
  return {
    output: { layerDigest: digest, downloadUrl: `${url()}/storage/${repository}/${digest}?X-Amz-Signature=presigned` },
  };
}
