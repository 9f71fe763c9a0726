import { createGiteaForge } from "@lateen/gate/gitea";
import { createGitRefLog } from "@lateen/git-log";
import { ignoreEvents, parseCommitSha, parseImageRef, secret, systemClock } from "@lateen/kernel";
import { ledgerRef, promote } from "@lateen/promote";
import { createGitLedger } from "@lateen/promote/ledger-git";
import { openRegistries } from "@lateen/registry";

/** Addresses of forge, ledger and registries. */
export interface Places {
  readonly forge: string;
  readonly repository: string;
  readonly ledger: string;
  readonly images: readonly string[];
  readonly token: string;
}

/** Promotes the release of a commit of `main`; answers `go`, or the outcome and the reason of what stopped it. */
export async function promoteRelease(
  sha: string,
  { forge, repository, ledger: remote, images, token }: Places,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const commit = parseCommitSha(sha);
  const log = createGitRefLog({ remote, ref: ledgerRef("default"), token: secret(token), env });
  const verdict = await promote(
    {
      release: { sha: commit, digests: {} },
      branch: "main",
      images: images.map((image) => ({
        repository: parseImageRef(image).repository,
        candidate: `staging-${commit.slice(0, 7)}`,
      })),
      tags: ["latest"],
      pin: `release-${commit.slice(0, 12)}`,
      actor: "promote-only",
    },
    {
      tags: openRegistries({ env }),
      history: createGiteaForge({ url: forge, repository, token: secret(token) }),
      ledger: createGitLedger(log),
      clock: systemClock,
      report: ignoreEvents,
    },
  );
  return verdict.kind === "go" ? "go" : `${verdict.outcome} (${verdict.code}): ${verdict.reason}`;
}
