import { startControlPlane, startTenants } from "@lateen/fleet/testing";
import { openGitGraph, startGiteaFake } from "@lateen/gate/testing";
import { createGitRepository, type GitRepository } from "@lateen/git-log/testing";
import { type FakeRegistry, seedImage, startRegistry } from "@lateen/registry/testing";
import { rememberGraph } from "../src/demo/remember-graph.ts";
import { createFolder, type Folder } from "./folder.ts";
import { type Ran, runHere, type RunOptions, type Started, startLateen } from "./run-lateen.ts";

type GiteaFake = Awaited<ReturnType<typeof startGiteaFake>>;

type TenantsServer = Awaited<ReturnType<typeof startTenants>>;

type ControlPlaneServer = Awaited<ReturnType<typeof startControlPlane>>;

/** Everything that the pipeline talks to, on loopback: a forge over a real git repository, a registry, a control plane, tenants. */
export interface World {
  readonly folder: Folder;
  readonly repository: GitRepository;
  readonly forge: GiteaFake;
  readonly registry: FakeRegistry;
  readonly tenants: TenantsServer;
  readonly plane: ControlPlaneServer;
  /** The commits of main, oldest first; the fleet and `:latest` are on the first. */
  readonly commits: readonly string[];
  /** Digest of an image's candidate. */
  digest(image: string, commit: number): string;
  /** Digest that a tag names now. */
  tag(image: string, tag: string): string | undefined;
  /** Adds a commit with green checks and images. */
  release(options?: { readonly checks?: string; readonly images?: readonly string[] }): Promise<string>;
  /** Runs a command over `lateen.yaml`, with all tokens. */
  lateen(argv: readonly string[], options?: Partial<RunOptions>): Promise<Ran>;
  /** Starts the program in a process of its own, with all tokens. */
  start(argv: readonly string[], env?: Readonly<Record<string, string>>, from?: RunOptions["from"]): Started;
  /** Writes `lateen.yaml`; `change` may rewrite its text. */
  configure(change?: (text: string) => string): void;
  /** Everything of the ledger, newest first. */
  ledger(): Promise<string>;
  close(): Promise<void>;
}

export const images = ["acme/platform", "acme/platform-tenant"] as const;
export const tokens = {
  GITEA_TOKEN: "gitea-token-1234",
  CP_TOKEN: "control-plane-token",
  REGISTRY_PASSWORD: "registry-pass-1234",
} as const;

/** Starts a world in which `ship` of the last commit goes all the way. */
export async function startWorld({
  size = 6,
  commits: count = 2,
  failing,
  forge: played = {},
}: {
  readonly size?: number;
  readonly commits?: number;
  /** Share of the requests of a tenant's users that fails while it runs a commit. */
  readonly failing?: (slug: string, sha: string) => number;
  readonly forge?: Partial<Parameters<typeof startGiteaFake>[0]>;
} = {}): Promise<World> {
  const folder = createFolder();
  const repository = await createGitRepository();
  const forge = await startGiteaFake({
    graph: rememberGraph(openGitGraph(repository.path)),
    token: tokens.GITEA_TOKEN,
    ...played,
  });
  const registry = await startRegistry({ auth: { users: { ci: tokens.REGISTRY_PASSWORD } } });
  const commits: string[] = [];
  const digests = new Map<string, string>();
  const release: World["release"] = async ({ checks = "success", images: built = images } = {}) => {
    const sha = await repository.commit({
      message: `change ${commits.length + 1}`,
      files: { [`server/${commits.length}.ts`]: "x" },
    });
    commits.push(sha);
    forge.addPush({ after: sha, before: commits.at(-2) });
    forge.setStatus({ sha, context: "CI / all-required (push)", state: checks });
    for (const image of built) {
      const { digest } = await seedImage(registry, {
        repository: image,
        tags: [`staging-${sha.slice(0, 7)}`],
        revision: sha,
      });
      digests.set(`${image} ${sha}`, digest);
    }
    return sha;
  };
  for (let number = 0; number < count; number++) await release();
  const [first = ""] = commits;
  for (const image of images) registry.store.setTag(image, "latest", digests.get(`${image} ${first}`) ?? "");
  const tenants = await startTenants({
    slugs: ["canary-a", ...Array.from({ length: size - 1 }, (_, index) => `t${index + 1}`)],
    sha: first,
    failing,
  });
  const plane = await startControlPlane({
    tenants,
    token: tokens.CP_TOKEN,
    shaOf: (tag) => commits.find((sha) => tag === `staging-${sha.slice(0, 7)}`) ?? "dev",
  });
  const configure: World["configure"] = (change = (text) => text) =>
    void folder.write("lateen.yaml", change(configText({ forge, registry, plane, tenants, repository })));
  configure();
  return {
    folder,
    repository,
    forge,
    registry,
    tenants,
    plane,
    commits,
    release,
    configure,
    digest: (image, commit) => digests.get(`${image} ${commits.at(commit)}`) ?? "",
    tag: (image, tag) => registry.store.tag(image, tag),
    lateen: (argv, options = {}) =>
      runHere(argv, { cwd: folder.path, ...options, env: { ...tokens, GITHUB_ACTOR: "octavia", ...options.env } }),
    ledger: () => repository.git("log", "--format=%B", "refs/lateen/latest").catch(() => ""),
    start: (argv, env = {}, from = "bundle") =>
      startLateen(argv, { cwd: folder.path, from, env: { ...tokens, GITHUB_ACTOR: "octavia", ...env } }),
    async close() {
      await Promise.all([forge.close(), registry.close(), tenants.close(), plane.close(), repository.close()]);
      folder.remove();
    },
  };
}

type Servers = Pick<World, "forge" | "registry" | "plane" | "tenants" | "repository">;

function configText({ forge, registry, plane, tenants, repository }: Servers): string {
  return `
forge: { kind: gitea, url: "${forge.url}", repository: acme/core, token: { env: GITEA_TOKEN } }
release: { candidate: "staging-{sha7}", images: [${images.map((image) => `"${registry.host}/${image}"`).join(", ")}] }
registries: { "${registry.host}": { username: ci, password: { env: REGISTRY_PASSWORD } } }
gate: { checks: ["CI / all-required (push)"], poll: 20ms, timeout: 5s, settle: 20ms }
killSwitch: { variable: DEPLOY_DISABLED }
fleet:
  controlPlanes: [{ name: prod, url: "${plane.url}", token: { env: CP_TOKEN } }]
  canary: [canary-a]
  soak: 30ms
  batch: 3
  buildinfo: "${tenants.buildinfo}"
  verify: { timeout: 1s, interval: 15ms }
promote: { tags: [latest], ledger: { remote: "${repository.path}" }, settle: 2s }
`;
}
