/** Digests that a manifest lists. */
export interface ManifestLinks {
  readonly blobs: readonly string[];
  readonly manifests: readonly string[];
}

/** Content that a manifest requires in its repository. */
export function readManifestLinks(bytes: Uint8Array): ManifestLinks {
  type Link = { readonly digest: string };
  const json = JSON.parse(Buffer.from(bytes).toString("utf8")) as {
    config?: Link;
    layers?: Link[];
    manifests?: Link[];
  };
  const blobs = [...(json.config === undefined ? [] : [json.config]), ...(json.layers ?? [])];
  return { blobs: blobs.map(({ digest }) => digest), manifests: (json.manifests ?? []).map(({ digest }) => digest) };
}
