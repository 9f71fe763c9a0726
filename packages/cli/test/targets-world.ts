import { createGitRefLog } from "@lateen/git-log";
import { parseCommitSha, parseDigest, parseImageRef, systemClock } from "@lateen/kernel";
import { ledgerRef } from "@lateen/promote";
import { createGitLedger } from "@lateen/promote/ledger-git";
import { testEntry } from "@lateen/promote/testing";
import { expect } from "vitest";
import { interruption, type Ran } from "./run-lateen.ts";
import { images, startWorld, type World } from "./world.ts";

/** A world of three commits and three tenants with two promotion targets: `default`, whose tag is `latest`, and `next`. */
export interface TargetsWorld extends World {
  /** Digest of the tag of a target, image by image. */
  tags(tag: Tag): (string | undefined)[];
  /** The candidates of a commit, image by image. */
  candidates(commit: number): string[];
  /** Every release that some tenant runs. */
  running(): string[];
  /** Number of entries in the ledger of a target. */
  entries(tag: Tag): Promise<number>;
  rollback(...argv: readonly string[]): Promise<Ran>;
  /** Makes the ledgers as if `commits` had been shipped one after the other; tags and fleet are on the last. */
  shipped(commits: readonly string[], targets?: readonly Tag[]): Promise<void>;
  /** Appends promotions of `commits` to ledgers, and to nothing else. */
  append(targets: readonly Tag[], commits: readonly string[]): Promise<void>;
  /** Interrupts a command as soon as it soaks the canary. */
  interruptInSoak(argv: readonly string[]): Promise<Ran>;
}

/** The targets by their tags. */
export type Tag = "latest" | "next";

export const reason = "checkout fails at a customer's cart";

/** `lateen.yaml` with the second target. */
export function withTargets(text: string): string {
  return text.replace("promote: { tags: [latest]", "promote: { tags: [latest], targets: { next: { tags: [next] } }");
}

/** Starts one, in which only the first commit is anywhere. */
export async function startTargetsWorld(): Promise<TargetsWorld> {
  const world = await startWorld({ size: 3, commits: 3 });
  world.configure(withTargets);
  return {
    ...world,
    tags: (tag) => images.map((image) => world.tag(image, tag)),
    candidates: (commit) => images.map((image) => world.digest(image, commit)),
    running: () => [...new Set(world.tenants.slugs().map((slug) => world.tenants.get(slug).sha))],
    entries: async (tag) => Number(await world.repository.git("rev-list", "--count", `refs/lateen/${tag}`)),
    rollback: (...argv) => world.lateen(["rollback", "--reason", reason, "--json", ...argv]),
    append: (targets, commits) => appendAll(world, targets, commits),
    async shipped(commits, targets = ["latest", "next"]) {
      await appendAll(world, targets, commits);
      const sha = commits.at(-1) ?? "";
      const digests = images.map((image) => world.digest(image, world.commits.indexOf(sha)));
      for (const tag of targets)
        images.forEach((image, at) => world.registry.store.setTag(image, tag, digests[at] ?? ""));
      for (const slug of world.tenants.slugs()) world.tenants.set(slug, { sha });
    },
    async interruptInSoak(argv) {
      // A run that resumes it waits for the rest of the soak.
      world.configure((text) => withTargets(text).replace("soak: 30ms", "soak: 500ms"));
      const stopping = new AbortController();
      const ran = await world.lateen([...argv, "--json"], {
        signal: stopping.signal,
        onProgress: (line) => line.includes("soaks until") && stopping.abort(interruption()),
      });
      world.configure(withTargets);
      expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 130, outcome: "halted" });
      return ran;
    },
  };
}

/** By hand, since a promotion costs thirty starts of git and an entry ten. */
async function appendAll(world: World, targets: readonly Tag[], commits: readonly string[]): Promise<void> {
  await Promise.all(targets.map((tag) => appendTo(world, tag, commits)));
}

async function appendTo(world: World, tag: Tag, commits: readonly string[]): Promise<void> {
  const target = tag === "latest" ? "default" : tag;
  const env = { PATH: process.env["PATH"] };
  const ledger = createGitLedger(
    createGitRefLog({ remote: world.repository.path, ref: ledgerRef(target), env, clock: systemClock }),
  );
  const head = await ledger.read();
  let newest = head.kind === "found" ? head.value.id : null;
  for (const sha of commits) {
    const entry = testEntry(sha, {
      target,
      commit: parseCommitSha(sha),
      tags: [tag],
      images: images.map((image) => ({
        repository: parseImageRef(`${world.registry.host}/${image}`).repository,
        digest: parseDigest(world.digest(image, world.commits.indexOf(sha))),
        previous: [{ tag }],
      })),
    });
    const appended = await ledger.append(newest, entry);
    if (appended.kind !== "appended") throw new Error(`the ledger of ${target} is ${appended.kind}`);
    newest = appended.head.id;
  }
}
