import type { CommitSha, Digest, Repository } from "@lateen/kernel";
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

/** Releases whose images are looked for: the present one and what a person would roll back to. */
const shownReleases = 5;

/**
 * The newest releases of the ledger, newest first, and if each can still be pulled, by digest, from the configured repositories.
 *
 * Empty if the ledger has no entry or cannot be read. @throws ReleaseError of category `auth` or `interrupted`
 */
export async function readPastReleases(
  { images }: { readonly images: readonly Repository[] },
  { ledger, tags }: Pick<FollowPorts, "tags" | "ledger">,
  signal?: AbortSignal,
): Promise<readonly PastRelease[]> {
  // Rolled back and forth, a release has several entries.
  const past = await readOrThrow<readonly LedgerHead[]>(() => ledger.entries(4 * shownReleases, signal));
  const heads = past.kind === "found" ? past.value : [];
  const newest = heads.filter(({ entry }, at) => heads.findIndex((one) => one.entry.commit === entry.commit) === at);
  return Promise.all(
    newest.slice(0, shownReleases).map(async ({ entry, position }): Promise<PastRelease> => {
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
