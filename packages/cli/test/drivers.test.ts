import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFolderFleet, startKubernetesApi } from "@lateen/fleet/testing";
import { createKubernetesFleet } from "@lateen/fleet/kubernetes";
import { secret } from "@lateen/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { root } from "./source-files.ts";
import { startWorld, type World } from "./world.ts";

type KubernetesApi = Awaited<ReturnType<typeof startKubernetesApi>>;

type FolderFleet = Awaited<ReturnType<typeof createFolderFleet>>;

interface Manifest {
  readonly manifests?: readonly { readonly digest: string; readonly platform?: { readonly architecture: string } }[];
  readonly config?: { readonly digest: string };
}

const annotation = "org.opencontainers.image.revision";
const closing: (() => Promise<unknown>)[] = [];
let world: World;
let api: KubernetesApi;
let hosts: FolderFleet;

beforeEach(async () => {
  world = await startWorld({ commits: 2, size: 3 });
  const [before = ""] = world.commits;
  const image = `${world.registry.host}/acme/platform`;
  const workload = (namespace: string) => ({
    namespace,
    name: "web",
    labels: { "app.kubernetes.io/part-of": "acme" },
    containers: { app: `${image}@${world.digest("acme/platform", 0)}` },
    annotations: { [annotation]: before },
  });
  api = await startKubernetesApi({ workloads: ["k1", "k2", "k3"].map(workload), stepMs: 5 });
  hosts = await createFolderFleet(["h1", "h2"], before);
  await writeFile(join(world.folder.path, "kubeconfig"), api.kubeconfig());
  closing.push(world.close, api.close, hosts.close);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const kubernetes = `{ name: eu, kind: kubernetes, kubeconfig: { file: kubeconfig }, selector: "app.kubernetes.io/part-of=acme" }`;
const exec = () =>
  `{ name: hosts, kind: exec, enumerate: ["${hosts.folder}/enumerate.sh"], move: ["${hosts.folder}/move.sh", "{slug}", "{sha}"], proof: ["${hosts.folder}/proof.sh", "{slug}"] }`;

/** The fleet of the world with these control planes and no others; every one of them proves by itself. */
function withPlanes(...planes: readonly string[]): (text: string) => string {
  return (text) =>
    text
      .replace(/controlPlanes: \[.*\]/, `controlPlanes: [${planes.join(", ")}]`)
      .replace(/ {2}buildinfo: .*\n/, "")
      .replace(/canary: \[.*\]/, "canary: [k1]");
}

/** Runs a command for the newest commit. */
function lateen(command: string, env: Record<string, string> = {}): ReturnType<World["lateen"]> {
  return world.lateen([command, "--json", "--sha", world.commits.at(-1) ?? ""], { env });
}

describe("one rollout over several kinds of control plane", () => {
  test("ships Kubernetes and hosts together, each proven in its own way", async () => {
    world.configure(withPlanes(kubernetes, exec()));
    const ran = await lateen("ship");
    expect(ran.json(), ran.stderr).toMatchObject({
      outcome: "shipped",
      fleet: {
        enumerated: 5,
        verified: 5,
        tenants: expect.arrayContaining(
          [
            { slug: "k1", plane: "eu" },
            { slug: "h1", plane: "hosts" },
          ].map((each) => expect.objectContaining(each) as object),
        ),
      },
    });
    expect(api.moves()[0]).toBe("k1/web");
    expect(await hosts.runs("h1")).toBe(world.commits.at(-1));
    const digest = world.digest("acme/platform", -1);
    expect(JSON.stringify(api.get("deployments", "k1/web").spec)).toContain(`acme/platform@${digest}`);
  });

  test("with the HTTP contract, /buildinfo is asked of its tenants only, unless a control plane wants it too", async () => {
    const plane = `{ name: prod, url: "${world.plane.url}", token: { env: CP_TOKEN } }`;
    const address = `  buildinfo: "${world.tenants.buildinfo}"\n  verify:`;
    const all = (one: string) => (text: string) => withPlanes(plane, one, exec())(text).replace("  verify:", address);
    world.configure(all(kubernetes));
    const ran = await lateen("plan");
    expect(ran.json(), ran.stderr).toMatchObject({
      outcome: "planned",
      fleet: { enumerated: 8, unknown: [], quarantined: [] },
    });
    world.configure(all(kubernetes.replace("kind:", "buildinfo: true, kind:")));
    expect((await lateen("verify")).json()).toMatchObject({ fleet: { unknown: ["k1", "k2", "k3"] } });
  });

  test.each(["manifest", "config"] as const)(
    "a container runtime that reports the %s of its platform is proven by the registry",
    async (reports) => {
      const { manifests } = world.registry.store.repository("acme/platform");
      const parse = (digest = ""): Manifest =>
        JSON.parse(Buffer.from(manifests.get(digest)?.bytes ?? "").toString()) as Manifest;
      const platformOf = (digest: string): string => {
        const own = parse(digest).manifests?.find(({ platform }) => platform?.architecture === "arm64")?.digest;
        return (reports === "manifest" ? own : parse(own).config?.digest) ?? "none";
      };
      const image = `${world.registry.host}/acme/platform`;
      await api.close();
      api = await startKubernetesApi({
        workloads: ["k1", "k2"].map((namespace) => ({
          namespace,
          name: "web",
          labels: { "app.kubernetes.io/part-of": "acme" },
          containers: { app: `${image}@${world.digest("acme/platform", 0)}` },
          annotations: { [annotation]: world.commits[0] ?? "" },
        })),
        stepMs: 5,
        imageId: (asked) => `${reports === "manifest" ? `${image}@` : ""}${platformOf(asked.split("@")[1] ?? "")}`,
      });
      closing.push(api.close);
      await writeFile(join(world.folder.path, "kubeconfig"), api.kubeconfig());
      world.configure(withPlanes(kubernetes));
      const ran = await lateen("ship");
      expect(ran.json(), ran.stderr).toMatchObject({ outcome: "shipped", fleet: { verified: 2, quarantined: [] } });
    },
  );

  test("rollout alone resolves the digests that it moves to, and is refused without them", async () => {
    world.configure((text) => withPlanes(kubernetes)(text).replace(/promote: .*\n/, ""));
    const ran = await lateen("rollout");
    expect(ran.json(), ran.stderr).toMatchObject({ outcome: "shipped", fleet: { verified: 3 } });
    world.configure((text) => withPlanes(kubernetes)(text).replace("staging-{sha7}", "nightly-{sha7}"));
    const refused = await lateen("rollout");
    expect(refused.json()).toMatchObject({ outcome: "refused", reason: expect.stringContaining("nightly-") });
    expect(refused.code).toBe(3);
  });

  test("a dry run moves nothing and says what it would", async () => {
    world.configure(withPlanes(kubernetes, exec()));
    const ran = await lateen("plan");
    expect(ran.json(), ran.stderr).toMatchObject({ outcome: "planned", fleet: { enumerated: 5 } });
    expect({ kubernetes: api.moves(), hosts: await hosts.moves() }).toEqual({ kubernetes: [], hosts: [] });
  });

  test("a canary whose image cannot be pulled halts, and is named with what its pod says", async () => {
    api.treat("k1/web", "pull-error");
    world.configure(withPlanes(kubernetes, exec()));
    const ran = await lateen("ship");
    expect(ran.code, ran.stderr).toBe(5);
    expect(ran.json()).toMatchObject({ outcome: "halted", reason: expect.stringMatching(/k1.*ImagePullBackOff/) });
    expect({ kubernetes: api.moves(), hosts: await hosts.moves() }).toEqual({ kubernetes: ["k1/web"], hosts: [] });
  });

  test("the kubeconfig may be in a variable, as paths or as the document itself", async () => {
    const inVariable = kubernetes.replace("{ file: kubeconfig }", "{ env: CLUSTER }");
    world.configure(withPlanes(inVariable));
    for (const value of [api.kubeconfig(), join(world.folder.path, "kubeconfig")]) {
      const ran = await lateen("plan", { CLUSTER: value });
      expect(ran.json(), ran.stderr).toMatchObject({ outcome: "planned", fleet: { enumerated: 3 } });
    }
  });
});

describe("what the credentials have to be allowed", () => {
  test("doctor asks the API server, and prints the rules that are needed", async () => {
    world.configure((text) => withPlanes(kubernetes)(text).replace(/gate: .*\n|promote: .*\n/g, ""));
    const well = await world.lateen(["doctor", "--json"]);
    expect(well.stdout + well.stderr).toContain("patch deployments.apps");
    api.forbid("patch deployments");
    api.forbid("list pods");
    const ran = await world.lateen(["doctor"]);
    expect({ code: ran.code, text: ran.stdout + ran.stderr }).toMatchObject({
      code: 7,
      text: expect.stringMatching(/eu may not patch deployments\.apps, list pods[\s\S]*apiGroups: \[apps\]/),
    });
  });

  test("is what the example grants", async () => {
    const text = readFileSync(join(root, "examples/kubernetes/rbac.yaml"), "utf8");
    const role = parseAllDocuments(text).find((document) => document.get("kind") === "ClusterRole");
    const { rules } = (role?.toJS() ?? {}) as { rules: { resources: string[]; verbs: string[] }[] };
    const granted = rules.flatMap(({ resources, verbs }) =>
      resources.flatMap((one) => verbs.map((verb) => `${verb} ${one}`)),
    );
    const { checkAccess } = createKubernetesFleet({
      name: "eu",
      kubeconfig: { document: secret(api.kubeconfig()) },
      selector: "",
      workloads: ["deployment", "statefulset"],
      images: [],
      env: {},
      cwd: world.folder.path,
    });
    const asked = (await checkAccess()).map(({ verb, resource }) => `${verb} ${resource.split(".")[0]}`);
    expect(granted.toSorted()).toEqual(asked.toSorted());
  });
});

describe("what cannot work is an error of the configuration", () => {
  test.each([
    ["an unknown kind", `{ name: a, kind: nomad }`, /kind.*http, kubernetes or exec/s],
    ["a misspelt key", `{ name: a, kind: kubernetes, selecter: x, selector: y }`, /selecter.*selector/s],
    [
      "a text that is no shell's",
      `{ name: a, kind: exec, enumerate: "ls", move: [x], proof: [y] }`,
      /enumerate.*shell: true/s,
    ],
    [
      "a list for a shell",
      `{ name: a, kind: exec, shell: true, enumerate: "ls", move: [x], proof: "y" }`,
      /move.*one string/s,
    ],
    ["nothing that proves", `{ name: a, kind: exec, enumerate: [ls], move: [x] }`, /buildinfo.*is missing/s],
    [
      "a token next to a kubeconfig",
      `{ name: a, kind: kubernetes, selector: y, token: { env: X } }`,
      /token.*no such key/s,
    ],
    [
      "a slug template without a tenant",
      `{ name: a, kind: kubernetes, kubeconfig: { file: kubeconfig }, selector: y, slug: acme }`,
      /slug/s,
    ],
    [
      "a proof that knows the target",
      `{ name: a, kind: exec, enumerate: [ls], move: [x], proof: [echo, "{sha}"] }`,
      /\{sha\}/s,
    ],
    [
      "a kubeconfig that is not there",
      `{ name: a, kind: kubernetes, kubeconfig: { file: nowhere }, selector: y }`,
      /nowhere/s,
    ],
    ["no kubeconfig outside of a pod", `{ name: a, kind: kubernetes, selector: y }`, /kubeconfig/s],
  ])("%s", async (_, plane, message) => {
    world.configure(withPlanes(plane));
    const ran = await lateen("rollout");
    expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({
      code: expect.any(Number),
      stderr: expect.stringMatching(message),
    });
    expect([2, 3, 4]).toContain(ran.code);
  });
});
