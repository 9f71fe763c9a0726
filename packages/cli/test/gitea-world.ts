import { startControlPlane, startTenants } from "@lateen/fleet/testing";
import { createGitRepository, type GitRepository, startGitea } from "@lateen/git-log/testing";
import { secret } from "@lateen/kernel";
import { pushImage } from "@lateen/registry/testing";
import { createFolder, type Folder } from "./folder.ts";
import { type GiteaRunner, type JobResult, registerRunner, type RunnerTask } from "./gitea-runner.ts";
import { type Ran, runHere, runLateen } from "./run-lateen.ts";

type GiteaServer = Awaited<ReturnType<typeof startGitea>>;

type CommitDraft = Parameters<GitRepository["commit"]>[0];

type TenantsServer = Awaited<ReturnType<typeof startTenants>>;

/** Results of the jobs of one commit; those that are not named succeed, undefined leaves one under way. */
export type Results = Readonly<Record<string, JobResult | undefined>>;

/** A project of the organisation `acme` on a real Gitea that is forge, git server and registry, with a played fleet. */
export interface GiteaWorld {
  readonly gitea: GiteaServer;
  /** `acme/…`. */
  readonly repository: string;
  readonly git: GitRepository;
  readonly runner: GiteaRunner;
  readonly folder: Folder;
  readonly tenants: TenantsServer;
  /** Image that the project publishes. */
  readonly image: string;
  /** Commits and pushes to main; answers the head. */
  push(...drafts: readonly Partial<CommitDraft>[]): Promise<string>;
  /** Waits for this many jobs of a commit, in any of its runs, and ends them. */
  finish(sha: string, jobs: number, results?: Results): Promise<readonly RunnerTask[]>;
  /** Pushes the candidate of a commit to Gitea's registry; answers its digest. */
  publish(sha: string): Promise<string>;
  /** Runs a command with all tokens, within this process. */
  lateen(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** Runs `bin/lateen` with all tokens. */
  program(argv: readonly string[]): Promise<Ran>;
  api(method: string, path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** CI for every push, and E2E for those that touch `server/`, or by hand. */
const workflows = {
  ".gitea/workflows/ci.yml": `name: CI
on: { push: { branches: [main] } }
jobs: { all-required: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }
`,
  ".gitea/workflows/e2e.yml": `name: E2E
on: { push: { branches: [main], paths: ["server/**"] }, workflow_dispatch: {} }
jobs: { full: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }
`,
};

let projects = 0;

/** Makes a project of its own on a running Gitea, with the workflows and a first commit that is green and runs everywhere. */
export async function createProject(gitea: GiteaServer): Promise<GiteaWorld> {
  const name = `core-${++projects}`;
  const repository = `acme/${name}`;
  await gitea.api("POST", "/orgs/acme/repos", { name, default_branch: "main" });
  const [runner, git] = [await registerRunner(gitea, repository), await createGitRepository()];
  const remote = `${gitea.url.replace("://", `://${gitea.user}:${gitea.password}@`)}/${repository}.git`;
  const host = new URL(gitea.url).host;
  const image = `${host}/acme/${name}`;
  const push: GiteaWorld["push"] = async (...drafts) => {
    let sha = "";
    for (const draft of drafts) sha = await git.commit({ message: "change it", ...draft });
    await git.git("push", "--quiet", "--force", remote, "main");
    return sha;
  };
  const finish: GiteaWorld["finish"] = (sha, jobs, results = {}) => finishJobs(runner, sha, jobs, results);
  const publish: GiteaWorld["publish"] = async (sha) => {
    const target = { host, username: gitea.user, password: secret(gitea.token) };
    const tags = [`staging-${sha.slice(0, 7)}`];
    return (await pushImage(target, { repository: `acme/${name}`, tags, revision: sha, content: sha })).digest;
  };
  const first = await push({ message: "begin", files: { ...workflows, "server/a.ts": "1", "web/a.ts": "1" } });
  await finish(first, 2);
  const tenants = await startTenants({ slugs: ["canary-a", "t1", "t2"], sha: first });
  const plane = await startControlPlane({
    tenants,
    token: planeToken,
    shaOf: (tag) => shas.find((sha) => tag === `staging-${sha.slice(0, 7)}`) ?? "dev",
  });
  const shas: string[] = [first];
  const folder = createFolder();
  const env = {
    GITEA_TOKEN: gitea.token,
    REGISTRY_USERNAME: gitea.user,
    REGISTRY_PASSWORD: gitea.token,
    CP_TOKEN: planeToken,
    GITHUB_ACTOR: "ada",
  };
  folder.write("lateen.yaml", configuration({ gitea, repository, image, plane: plane.url, tenants }));
  return {
    gitea,
    repository,
    git,
    runner,
    folder,
    tenants,
    image,
    finish,
    publish,
    async push(...drafts) {
      const sha = await push(...drafts);
      shas.push(sha);
      return sha;
    },
    lateen: (argv, more = {}) => runHere([...argv, "--json"], { cwd: folder.path, env: { ...env, ...more } }),
    program: (argv) => runLateen([...argv, "--json"], { cwd: folder.path, env }),
    api: (method, path, body) => gitea.api(method, `/repos/${repository}${path}`, body),
    async close() {
      await Promise.all([plane.close(), tenants.close(), git.close()]);
      folder.remove();
    },
  };
}

/** Starts a Gitea with the organisation `acme`. */
export async function startAcme(program: string): Promise<GiteaServer> {
  const gitea = await startGitea(program);
  await gitea.api("POST", "/orgs", { username: "acme" });
  return gitea;
}

const planeToken = "control-plane-token";

/** Runs appear a second or two after the push that they are of. */
async function finishJobs(
  runner: GiteaRunner,
  sha: string,
  jobs: number,
  results: Results,
): Promise<readonly RunnerTask[]> {
  const done: RunnerTask[] = [];
  for (const end = Date.now() + 30_000; done.length < jobs;) {
    if (Date.now() > end) throw new Error(`${done.length} of ${jobs} jobs of ${sha} came`);
    const tasks = await runner.work(({ job }) => (job in results ? results[job] : "success"));
    done.push(...tasks.filter((task) => task.sha === sha));
    if (tasks.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return done;
}

interface Places {
  readonly gitea: GiteaServer;
  readonly repository: string;
  readonly image: string;
  readonly plane: string;
  readonly tenants: TenantsServer;
}

function configuration({ gitea, repository, image, plane, tenants }: Places): string {
  return `
forge: { kind: gitea, url: "${gitea.url}", repository: ${repository}, token: { env: GITEA_TOKEN } }
release: { candidate: "staging-{sha7}", images: ["${image}"] }
registries: { "${new URL(gitea.url).host}": { username: { env: REGISTRY_USERNAME }, password: { env: REGISTRY_PASSWORD } } }
gate:
  checks: ["CI / all-required (push)"]
  workflows: [{ file: e2e.yml, whenAbsent: prove }]
  settle: 1s
  poll: 200ms
  timeout: 20s
killSwitch: { variable: DEPLOY_DISABLED, ref: true }
supersession: { paths: ["server/**", "web/**"] }
fleet:
  controlPlanes: [{ name: prod, url: "${plane}", token: { env: CP_TOKEN } }]
  canary: [canary-a]
  soak: 100ms
  buildinfo: "${tenants.buildinfo}"
  verify: { timeout: 5s, interval: 30ms }
promote:
  tags: [latest]
  ledger: { remote: "${gitea.url}/${repository}.git", ref: refs/lateen/latest, token: { env: GITEA_TOKEN } }
  settle: 10s
`;
}
