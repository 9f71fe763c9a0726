import type { CommitSha, Digest, Reading, Repository } from "@lateen/kernel";
import { readOrThrow } from "../errors.ts";
import type { LedgerHead } from "../ports/ledger.ts";
import { digestRef } from "../ports/references.ts";
import type { FollowPorts } from "../promotion.ts";

/** A release of the ledger, and if it could be rolled back to: if its images are still in their repositories. */
export interface PastRelease {
  readonly commit: CommitSha;
  /** Number of its newest entry. */
  readonly position: number;
  /** `gone` if one image was proven to be absent; `unknown` if one could not be read. */
  readonly state: "pullable" | "gone" | "unknown";
  readonly images: readonly {
    readonly repository: Repository;
    readonly digest: Digest;
    readonly state: PastRelease["state"];
  }[];
}

/** Looks if the newest releases of the ledger can still be pulled, by digest, in the configured repositories. */
export async function readPastReleases(
  past: Reading<readonly LedgerHead[]>,
  { images }: { readonly images: readonly Repository[] },
  { tags }: Pick<FollowPorts, "tags">,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<readonly PastRelease[]> {
  const heads = past.kind === "found" ? past.value : [];
  const newest = heads.filter(({ entry }, at) => heads.findIndex((one) => one.entry.commit === entry.commit) === at);
  return Promise.all(
    newest.slice(0, limit).map(async ({ entry, position }): Promise<PastRelease> => {
      const looked = await Promise.all(
        entry.images
          .filter(({ repository }) => images.includes(repository))
          .map(async ({ repository, digest }) => {
            const { kind } = await readOrThrow(() => tags.resolve(digestRef(repository, digest), signal));
            return { repository, digest, state: states[kind] };
          }),
      );
      const worst = (["gone", "unknown"] as const).find((state) => looked.some((image) => image.state === state));
      return { commit: entry.commit, position, state: worst ?? "pullable", images: looked };
    }),
  );
}

const states = { found: "pullable", absent: "gone", unknown: "unknown" } as const;
