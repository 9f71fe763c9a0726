import { type ImageRef, parseImageRef, type Repository } from "@lateen/kernel";

/** Hosts that are Docker Hub. Source: github.com/distribution/reference, normalize.go (`docker.io`, legacy `index.docker.io`). */
const dockerHub = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/** The host under which a registry is configured and asked: Docker Hub's is always `docker.io`. */
export function canonicalHost(host: string): string {
  return dockerHub.includes(host) ? "docker.io" : host;
}

/** The reference as its registry knows it: on Docker Hub a name without a namespace is in `library`. Evidence keeps the user's spelling. */
export function canonicalRef(ref: ImageRef): ImageRef {
  if (ref.host === undefined || !dockerHub.includes(ref.host)) return ref;
  const path = ref.path.includes("/") ? ref.path : `library/${ref.path}`;
  return { ...ref, host: "docker.io", path, repository: `docker.io/${path}` as Repository };
}

export function canonicalRepository(repository: Repository): Repository {
  return canonicalRef(parseImageRef(repository)).repository;
}
