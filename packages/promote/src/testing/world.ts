import { type Clock, type CommitSha, type Digest, parseImageRef, type Repository } from "@lateen/kernel";
import type { PromotionEvent } from "../events.ts";
import type { PromotePorts, PromotionInput } from "../promotion.ts";
import { createMemoryHistory, type MemoryHistory } from "./memory-history.ts";
import { createMemoryLedger, type MemoryLedger } from "./memory-ledger.ts";
import { createMemoryTags, type MemoryTags } from "./memory-tags.ts";

/** Registries, a history and a ledger in memory, with a release or two in them. */
export interface PromotionWorld {
  readonly repositories: readonly Repository[];
  readonly tags: MemoryTags;
  readonly history: MemoryHistory;
  readonly ledger: MemoryLedger;
  readonly events: readonly PromotionEvent[];
  readonly ports: PromotePorts;
  /** Adds a commit to `main` and pushes its candidate to every repository. */
  release(name: string): CommitSha;
  candidateOf(commit: CommitSha): string;
  digestOf(repository: Repository, commit: CommitSha): Digest;
  /** The input that promotes `commit` everywhere. */
  inputFor(commit: CommitSha, changes?: Partial<PromotionInput>): PromotionInput;
  /** Points `:latest` at the candidates of `commit`, without the ledger. */
  tagAs(commit: CommitSha, repositories?: readonly Repository[]): void;
  /** Digest that `:latest` names in each repository. */
  latest(): (Digest | undefined)[];
  /** Digests that it should name for `commit`. */
  digests(commit: CommitSha): Digest[];
}

/** Two images, one of them in two registries, which is the smallest world with every kind of disagreement. */
export const worldRepositories: readonly [Repository, Repository, Repository] = [
  parseImageRef("one.example.com/acme/platform").repository,
  parseImageRef("one.example.com/acme/platform-tenant").repository,
  parseImageRef("two.example.com/mirror/platform-tenant").repository,
];

/** An empty world of these repositories. */
export function createPromotionWorld(options: {
  readonly clock: Clock;
  readonly repositories?: readonly Repository[];
}): PromotionWorld {
  const { clock, repositories = worldRepositories } = options;
  const history = createMemoryHistory();
  const ledger = createMemoryLedger();
  const tags = createMemoryTags();
  const events: PromotionEvent[] = [];
  const candidateOf = (commit: CommitSha) => `staging-${commit.slice(0, 7)}`;
  const pushed = new Map<string, Digest>();
  const digestOf = (repository: Repository, commit: CommitSha) => {
    const digest = pushed.get(`${repository} ${commit}`);
    if (digest === undefined) throw new Error(`${commit} was not released`);
    return digest;
  };
  return {
    repositories,
    tags,
    history,
    ledger,
    events,
    ports: { tags, history, ledger, clock, report: (event) => void events.push(event) },
    release(name) {
      const commit = history.commit(name);
      for (const repository of repositories) {
        pushed.set(`${repository} ${commit}`, tags.push(repository, candidateOf(commit), { revision: commit }));
      }
      return commit;
    },
    candidateOf,
    digestOf,
    inputFor: (commit, changes = {}) => ({
      release: { sha: commit, digests: {} },
      branch: "main",
      images: repositories.map((repository) => ({ repository, candidate: candidateOf(commit) })),
      tags: ["latest"],
      actor: "ada",
      ...changes,
    }),
    tagAs(commit, some = repositories) {
      for (const repository of some) tags.move(repository, "latest", digestOf(repository, commit));
    },
    latest: () => repositories.map((repository) => tags.tagged(repository, "latest")),
    digests: (commit) => repositories.map((repository) => digestOf(repository, commit)),
  };
}
