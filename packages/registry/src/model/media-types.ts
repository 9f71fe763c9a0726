/** Types of a manifest that lists several others. */
export const indexTypes: readonly string[] = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

export const imageTypes: readonly string[] = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  // Withdrawn before OCI 1.1 was final, but registries still hold such manifests.
  "application/vnd.oci.artifact.manifest.v1+json",
];

/** Configs that are documents of an image, with labels and a platform. */
export const imageConfigTypes: readonly string[] = [
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
];

/**
 * The Accept header of every manifest request: always all types, since a narrow one makes old registries answer an index with
 * one of its children. Source: opencontainers/distribution-spec#207.
 */
export const acceptManifests: string = [...indexTypes, ...imageTypes].join(", ");

/** The type without parameters, in lower case. */
export function bareType(contentType: string | undefined): string {
  return (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** True for the two spellings of schema 1, whose digest is not the hash of its bytes. */
export function isSchema1(mediaType: string): boolean {
  return (
    /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:pretty)?jws$|manifest\.v1\+json$/.test(mediaType) &&
    mediaType.includes("docker")
  );
}
