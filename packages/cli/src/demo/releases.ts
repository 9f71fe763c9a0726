import type { startGiteaFake, startGitHubFake } from "@lateen/gate/testing";
import type { GitRepository } from "@lateen/git-log/testing";
import { type FakeRegistry, seedImage } from "@lateen/registry/testing";
import { checks, images } from "./configuration.ts";

/** Either of the two forges. */
export type Forge = Awaited<ReturnType<typeof startGiteaFake | typeof startGitHubFake>>;

/** A commit of the world, and what its CI made of it. */
export interface Draft {
  readonly message?: string;
  /** @default one changed file of the server */
  readonly files?: Readonly<Record<string, string>>;
  /** State of its checks. @default "success" */
  readonly checks?: string;
  /** State of its E2E run; `undefined` leaves the run out. @default "success" */
  readonly e2e?: string | undefined;
  /** Images that were built from it. @default both */
  readonly images?: readonly string[];
}

/** The commits of the world and their images. */
export interface Releases {
  /** Every commit on main, oldest first. */
  readonly commits: readonly string[];
  /** Pushes a commit, reports its checks and pushes its images. */
  release(draft?: Draft): Promise<string>;
  /** Digest of an image's candidate. */
  digest(image: string, sha: string): string;
  /** The commit that a digest was built from. */
  builtFrom(digest: string | undefined): string | undefined;
}

interface Places {
  readonly repository: GitRepository;
  readonly forge: Forge;
  readonly registry: FakeRegistry;
  readonly flavour: "gitea" | "github";
}

const messages = [
  "Show invoices by month",
  "Cache the price list",
  "Sort the audit log",
  "Export members as CSV",
  "Retry webhooks that time out",
];

/** Makes commits as a team and its CI would. */
export function createReleases({ repository, forge, registry }: Places): Releases {
  const commits: string[] = [];
  const digests = new Map<string, string>();
  const builtFrom = new Map<string, string>();
  for (const file of ["e2e.yml", "publish.yml"]) forge.setWorkflow(file, "active");
  return {
    commits,
    digest: (image, sha) => digests.get(`${image} ${sha}`) ?? "",
    builtFrom: (digest) => builtFrom.get(digest ?? ""),
    async release(draft = {}) {
      const number = commits.length;
      const { message = messages[(number - 1) % messages.length] ?? "Change", checks: state = "success" } = draft;
      const { files = { [`server/change-${number}.ts`]: `export const change = ${number};\n` } } = draft;
      const before = commits.at(-1);
      const sha = await repository.commit({ message, files });
      commits.push(sha);
      forge.addPush({ before, after: sha });
      for (const context of checks) forge.setStatus({ sha, context, state });
      const e2e = "e2e" in draft ? draft.e2e : "success";
      if (e2e !== undefined) forge.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: e2e });
      const built = draft.images ?? images;
      if (built.length > 0) forge.setRun({ sha, file: "publish.yml", status: "completed", conclusion: "success" });
      for (const image of built) {
        const recipe = { repository: image, tags: [`staging-${sha.slice(0, 7)}`], revision: sha };
        const { digest } = await seedImage(registry, { ...recipe, content: `${image} ${sha}` });
        digests.set(`${image} ${sha}`, digest);
        builtFrom.set(digest, sha);
      }
      return sha;
    },
  };
}
