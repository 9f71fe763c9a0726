import type { Release } from "@lateen/kernel";
import type { Row } from "./read-rows.ts";
import type { Values } from "./template.ts";

/** Placeholders that the release fills; a field of a row never replaces one of them. */
export const releaseFields: readonly string[] = ["tag", "sha", "digest"];

/** Values for the command of one tenant; `{digest}` is that of the release's first image. */
export function valuesOf(row: Row, release: Release): Values {
  const [digest] = Object.values(release.digests);
  const { tag: _tag, sha: _sha, digest: _digest, ...fields } = row.values;
  return {
    ...fields,
    sha: release.sha,
    ...(release.tag === undefined ? {} : { tag: release.tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}
