import { type Digest, formatImageRef, type ImageRef, parseImageRef, type Repository } from "@lateen/kernel";

/** `repository:tag` as a reference. @throws ReleaseError `IMAGE_REF_INVALID` */
export function tagRef(repository: Repository, tag: string): ImageRef {
  return parseImageRef(formatImageRef({ repository, tag, digest: undefined }));
}

/** `repository@digest` as a reference. @throws ReleaseError `IMAGE_REF_INVALID` */
export function digestRef(repository: Repository, digest: Digest): ImageRef {
  return parseImageRef(formatImageRef({ repository, tag: undefined, digest }));
}

/** The last component of a repository, which says which image it holds: mirrors differ in host and namespace. */
export function imageName(repository: Repository): string {
  return repository.slice(repository.lastIndexOf("/") + 1);
}
