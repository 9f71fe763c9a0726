import { startControlPlane, startTenants } from "@lateen/fleet/testing";
import { openGitGraph, startGiteaFake, startGitHubFake } from "@lateen/gate/testing";
import { parseImageRef, secret } from "@lateen/kernel";
import { createGitRepository, startGitHttpServer } from "@lateen/git-log/testing";
import { createOciRegistry } from "@lateen/registry/oci";
import { pushImage, startDockerRegistry, startTokenService } from "@lateen/registry/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder } from "./folder.ts";
import { type Ran, startLateen } from "./run-lateen.ts";

const program = process.env["LATEEN_REAL_DOCKER_REGISTRY"];
const images = ["acme/platform", "acme/platform-tenant"] as const;
const tokens = { FORGE_TOKEN: "forge-token", CP_TOKEN: "plane-token", REGISTRY_PASSWORD: "registry-password" };
const size = 8;

interface Answer {
  readonly outcome: string;
  readonly reason: string;
  readonly images?: readonly { readonly digest?: string; readonly tags?: readonly { readonly action: string }[] }[];
  readonly fleet?: { readonly enumerated: number; readonly verified: number };
  readonly ledger?: { readonly position: number };
}

// The real program as a process of its own, a real registry behind a real token service, real bytes pushed over HTTP, a real git
// server that wants a password. Only forge and fleet are played.
describe.skipIf(program === undefined).each(["gitea", "github"] as const)(
  "the pipeline on %s, over docker-registry",
  (kind) => {
    const closing: (() => unknown)[] = [];
    const commits: string[] = [];
    const folder = createFolder();
    let release: (built?: readonly string[]) => Promise<string>;
    let lateen: (argv: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ran & { answer: Answer }>;
    let latest: () => Promise<(string | undefined)[]>;
    let running: () => readonly string[];
    let ledger: () => Promise<string>;
    let host = "";
    const digests = new Map<string, string>();
    const built = (sha: string): (string | undefined)[] => images.map((image) => digests.get(`${image} ${sha}`));

    beforeAll(async () => {
      const repository = await createGitRepository();
      const git = await startGitHttpServer({ root: repository.root, credentials: { password: tokens.FORGE_TOKEN } });
      const start = kind === "github" ? startGitHubFake : startGiteaFake;
      const forge = await start({ graph: openGitGraph(repository.path), token: tokens.FORGE_TOKEN });
      const service = await startTokenService({ users: { robot: tokens.REGISTRY_PASSWORD } });
      const registry = await startDockerRegistry({ program, auth: service });
      host = registry.host;
      const target = { host, username: "robot", password: secret(tokens.REGISTRY_PASSWORD) };
      release = async (names = images) => {
        const sha = await repository.commit({ message: `change ${commits.length}` });
        forge.addPush({ before: commits.at(-1), after: sha });
        forge.setStatus({ sha, context: "CI / all-required (push)", state: "success" });
        commits.push(sha);
        for (const image of names) {
          const tags = [`staging-${sha.slice(0, 7)}`, ...(commits.length === 1 ? ["latest"] : [])];
          const pushed = await pushImage(target, {
            repository: image,
            tags,
            revision: sha,
            content: `${image} ${sha}`,
            attestations: true,
          });
          digests.set(`${image} ${sha}`, pushed.digest);
        }
        return sha;
      };
      const base = await release();
      const slugs = ["canary-a", ...Array.from({ length: size - 1 }, (_, index) => `t${index + 1}`)];
      const tenants = await startTenants({ slugs, sha: base });
      const shaOf = (tag: string): string => commits.find((sha) => tag === `staging-${sha.slice(0, 7)}`) ?? "dev";
      const plane = await startControlPlane({ tenants, token: tokens.CP_TOKEN, shaOf });
      folder.write(
        "lateen.yaml",
        `
forge: { kind: ${kind}, url: "${forge.url}", repository: acme/core, token: { env: FORGE_TOKEN } }
release: { candidate: "staging-{sha7}", images: [${images.map((image) => `"${host}/${image}"`).join(", ")}] }
registries: { "${host}": { username: robot, password: { env: REGISTRY_PASSWORD } } }
gate: { checks: ["CI / all-required (push)"], poll: 50ms, timeout: 20s }
fleet:
  controlPlanes: [{ name: prod, url: "${plane.url}", token: { env: CP_TOKEN } }]
  canary: [canary-a]
  soak: 100ms
  buildinfo: "${tenants.buildinfo}"
  verify: { timeout: 5s, interval: 30ms }
promote:
  tags: [latest]
  ledger: { remote: "${git.url}/core.git", ref: refs/lateen/latest, token: { env: FORGE_TOKEN } }
  settle: 30s
`,
      );
      lateen = async (argv, env = {}) => {
        const ran = await startLateen([...argv, "--json"], {
          cwd: folder.path,
          env: { ...tokens, GITHUB_ACTOR: "ada", ...env },
        }).ended;
        return { ...ran, answer: JSON.parse(ran.stdout) as Answer };
      };
      const reader = createOciRegistry({
        host,
        entry: { username: "robot", password: secret(tokens.REGISTRY_PASSWORD) },
      });
      latest = () =>
        Promise.all(
          images.map(async (image) => {
            const reading = await reader.resolve(parseImageRef(`${host}/${image}:latest`));
            return reading.kind === "found" ? reading.value.digest : reading.kind;
          }),
        );
      running = () => [...new Set(tenants.slugs().map((slug) => tenants.get(slug).sha))];
      ledger = () => repository.git("log", "--format=%B", "refs/lateen/latest").catch(() => "");
      closing.push(
        repository.close,
        git.close,
        forge.close,
        registry.close,
        service.close,
        tenants.close,
        plane.close,
        folder.remove,
      );
    });
    afterAll(async () => void (await Promise.all(closing.map((close) => close()))));

    test("a plan names what would change and changes nothing", async () => {
      const sha = await release();
      const { code, answer, stderr } = await lateen(["plan", "--sha", sha, "--detailed-exitcode"]);
      expect({ code, outcome: answer.outcome }, stderr).toEqual({ code: 13, outcome: "planned" });
      expect({ latest: await latest(), running: running(), ledger: await ledger() }).toEqual({
        latest: built(commits[0] ?? ""),
        running: [commits[0]],
        ledger: "",
      });
    });

    test("ship takes the commit to every tenant and both tags, with the bytes that were pushed", async () => {
      const sha = commits.at(-1) ?? "";
      const { code, answer, stderr } = await lateen(["ship", "--sha", sha.slice(0, 7)]);
      expect({ code, outcome: answer.outcome }, stderr).toEqual({ code: 0, outcome: "shipped" });
      expect(answer).toMatchObject({ fleet: { enumerated: size, verified: size }, ledger: { position: 1 } });
      expect(answer.images?.map(({ digest }) => digest)).toEqual(built(sha));
      expect({ latest: await latest(), running: running() }).toEqual({ latest: built(sha), running: [sha] });
      expect(await ledger()).toContain(`Commit: ${sha}`);
      const again = await lateen(["ship", "--sha", sha]);
      expect({ code: again.code, outcome: again.answer.outcome }, again.stderr).toEqual({
        code: 0,
        outcome: "unchanged",
      });
    });

    test("half a release moves nothing", async () => {
      const [, shipped = ""] = commits;
      const half = await release([images[0]]);
      const { code, answer } = await lateen(["ship", "--sha", half]);
      expect({ code, outcome: answer.outcome, namesImage: answer.reason.includes(images[1]) }).toEqual({
        code: 3,
        outcome: "refused",
        namesImage: true,
      });
      expect({ latest: await latest(), running: running() }).toEqual({ latest: built(shipped), running: [shipped] });
    });

    test("a password that is wrong is exit 7, and is not repeated", async () => {
      const sha = await release();
      const { code, stdout, stderr } = await lateen(["ship", "--sha", sha], { REGISTRY_PASSWORD: "not-the-password" });
      expect(code, stderr).toBe(7);
      expect(stdout + stderr).not.toContain("not-the-password");
    });

    test("a tag that somebody moved is drift, and is repaired from the ledger", async () => {
      const [base = "", shipped = ""] = commits;
      const moved = await lateen(["retag", `${host}/${images[1]}:staging-${base.slice(0, 7)}`, "latest"]);
      expect({ code: moved.code, outcome: moved.answer.outcome }, moved.stderr).toEqual({ code: 0, outcome: "ok" });
      const drift = await lateen(["status", "--fail-on-drift"]);
      expect({ code: drift.code, namesImage: drift.answer.reason.includes(images[1]) }, drift.stderr).toEqual({
        code: 3,
        namesImage: true,
      });
      const { code, answer } = await lateen(["reconcile"]);
      expect({ code, outcome: answer.outcome, latest: await latest() }).toEqual({
        code: 0,
        outcome: "ok",
        latest: built(shipped),
      });
    });

    test("a rollback takes fleet and tags back, after the next release was shipped", async () => {
      const [, shipped = ""] = commits;
      const next = commits.at(-1) ?? "";
      expect((await lateen(["ship", "--sha", next])).code).toBe(0);
      const { code, answer, stderr } = await lateen(["rollback", "--reason", "checkout fails"]);
      expect({ code, outcome: answer.outcome }, stderr).toEqual({ code: 0, outcome: "shipped" });
      expect({ latest: await latest(), running: running() }).toEqual({ latest: built(shipped), running: [shipped] });
      expect((await lateen(["promote", "--sha", next])).code).toBe(3);
    });
  },
);
