import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  found,
  type NonEmpty,
  parseCommitSha,
  parseDigest,
  parseSlug,
  type Release,
  ReleaseError,
  secret,
  unknown,
} from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";
import { beforeSha, describeRolloutScenarios, scenarioSlugs, targetSha } from "../../test/rollout-scenarios.ts";
import type { Tenant } from "../ports/tenant.ts";
import { describeControlPlaneContract } from "../testing/contracts.ts";
import { type KubernetesApi, type KubernetesApiOptions, startKubernetesApi } from "../testing/kubernetes/index.ts";
import { createKubernetesFleet } from "./index.ts";
import type { KubernetesFleetOptions } from "./cluster.ts";

const repository = "ghcr.io/acme/platform";
const annotation = "org.opencontainers.image.revision";
const [oldDigest, newDigest] = [parseDigest(`sha256:${"1".repeat(64)}`), parseDigest(`sha256:${"2".repeat(64)}`)];
const release: Release = {
  sha: parseCommitSha(targetSha),
  digests: { [repository]: newDigest },
  tag: "staging-bbbbbbb",
};
const settings = { soakMs: 0, batch: 1, maxStragglers: 0 };
const selector = "app.kubernetes.io/part-of=acme";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function workloadOf(namespace: string, more: object = {}): KubernetesApiOptions["workloads"][number] {
  return {
    namespace,
    name: "web",
    labels: { "app.kubernetes.io/part-of": "acme", tier: "gold" },
    containers: { app: `${repository}@${oldDigest}` },
    annotations: { [annotation]: beforeSha },
    ...more,
  };
}

async function start(options: Partial<KubernetesApiOptions> = {}): Promise<KubernetesApi> {
  const api = await startKubernetesApi({ workloads: ["t1", "t2", "t3"].map((name) => workloadOf(name)), ...options });
  closing.push(api.close);
  return api;
}

function optionsFor(api: KubernetesApi, more: Partial<KubernetesFleetOptions> = {}): KubernetesFleetOptions {
  return {
    name: "eu",
    kubeconfig: { document: secret(api.kubeconfig()) },
    selector,
    images: [repository],
    env: {},
    cwd: tmpdir(),
    clock: createScaledClock({ factor: 20 }),
    ...more,
  };
}

function fleetOf(api: KubernetesApi, more: Partial<KubernetesFleetOptions> = {}) {
  const { controlPlane, prober, checkAccess } = createKubernetesFleet(optionsFor(api, more));
  return {
    checkAccess,
    controlPlane,
    enumerate: () => controlPlane.enumerate(release, settings),
    move: (...slugs: string[]) =>
      controlPlane.redeploy(slugs.map(tenant) as unknown as NonEmpty<Tenant>, release, settings),
    look: (slug: string) => prober.buildinfo(tenant(slug)),
  };
}

function tenant(slug: string): Tenant {
  return { slug: parseSlug(slug), plane: "eu" };
}

type Answer = Awaited<ReturnType<ReturnType<typeof fleetOf>["move"]>>;
function row(answer: Answer, slug: string): Partial<NonNullable<ReturnType<typeof find>>> {
  return find(answer, slug) ?? {};
}
function find(answer: Answer, slug: string) {
  return answer.kind === "answered" ? answer.rows.find((each) => each.slug === slug) : undefined;
}

describeControlPlaneContract(
  "Kubernetes",
  async () => {
    const api = await startKubernetesApi({ workloads: ["t1", "t2", "t3"].map((name) => workloadOf(name)) });
    closing.push(api.close);
    return { ...createKubernetesFleet(optionsFor(api)), release };
  },
  { describe, test },
);

describeControlPlaneContract(
  "Kubernetes, StatefulSets of two namespaces",
  async () => {
    const kind = { kind: "statefulsets" as const, replicas: 3 };
    const api = await startKubernetesApi({ workloads: ["t1", "t2", "other"].map((name) => workloadOf(name, kind)) });
    closing.push(api.close);
    const more = { workloads: ["statefulset" as const], namespaces: ["t1", "t2"] };
    return { ...createKubernetesFleet(optionsFor(api, more)), release };
  },
  { describe, test },
);

describeRolloutScenarios(
  "Kubernetes",
  async () => {
    const api = await startKubernetesApi({ workloads: scenarioSlugs.map((name) => workloadOf(name)) });
    const folder = await mkdtemp(join(tmpdir(), "lateen-kubeconfig-"));
    const file = join(folder, "config");
    await writeFile(file, api.kubeconfig());
    const options = optionsFor(api, { kubeconfig: { file } });
    const { clock: _, ...rest } = options;
    return {
      ...createKubernetesFleet(options),
      driver: { kind: "kubernetes", options: rest },
      breakMoves: async (slug) => api.treat(`${slug}/web`, "pull-error"),
      // The patch is made and its answer lost, or lost before it is made; the driver looks and does not patch twice.
      lose: async (_slug, moved) => api.meet("patch", { kind: "reset", effect: moved }),
      set: async (slug, sha) =>
        api.set("deployments", `${slug}/web`, {
          annotations: { [annotation]: sha },
          image: `${repository}@${sha === targetSha ? newDigest : oldDigest}`,
        }),
      mix: async (slug) => api.mix("deployments", `${slug}/web`, { [annotation]: beforeSha }),
      moves: async () => api.moves().map((name) => name.split("/")[0] ?? ""),
      slow: async () => api.setStep(150),
      close: async () => {
        await api.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
  release,
);

describe("enumeration", () => {
  test("reads page after page, and waits out what passes", async () => {
    const workloads = Array.from({ length: 25 }, (_, index) => workloadOf(`t${index}`));
    const api = await start({ workloads, pageSize: 10 });
    api.meet("list", { kind: "status", status: 500 }, { kind: "status", status: 429, retryAfter: 1 });
    const reading = await fleetOf(api).enumerate();
    expect(reading).toMatchObject({ kind: "found", value: { length: 25 } });
    const pages = () => api.requests.filter(({ path }) => path.endsWith("/deployments")).length;
    expect(pages()).toBe(2 + 3);
  });

  test("a page that is too large is asked for in smaller ones", async () => {
    const labels = { "app.kubernetes.io/part-of": "acme", note: "x".repeat(300 * 1024) };
    const workloads = Array.from({ length: 60 }, (_, index) => workloadOf(`t${index}`, { labels }));
    const api = await start({ workloads });
    expect(await fleetOf(api).enumerate()).toMatchObject({ kind: "found", value: { length: 60 } });
    const limits = api.requests
      .filter(({ path }) => path.endsWith("/deployments"))
      .map(({ query }) => query.get("limit"));
    expect(limits).toEqual(["500", "125", "32", "32"]);
  });

  test("a continuation that expires begins the list again, and one that always does is unknown", async () => {
    const workloads = Array.from({ length: 25 }, (_, index) => workloadOf(`t${index}`));
    const api = await start({ workloads, pageSize: 10 });
    const fleet = fleetOf(api);
    const expired = { kind: "status", status: 410 } as const;
    api.meetContinue(expired);
    expect(await fleet.enumerate()).toMatchObject({ kind: "found", value: { length: 25 } });
    api.meetContinue(...Array.from({ length: 9 }, () => expired));
    expect(await fleet.enumerate()).toMatchObject({ kind: "unknown", cause: { code: "KUBERNETES_EXPIRED" } });
  });

  test("tenants carry their labels as tags, and what is not selected is no tenant", async () => {
    const api = await start({
      workloads: [
        workloadOf("t1"),
        workloadOf("t2", { labels: {} }),
        workloadOf("t3", { containers: { db: "postgres:18" } }),
      ],
    });
    expect(await fleetOf(api).enumerate()).toEqual({
      kind: "found",
      value: [{ slug: "t1", plane: "eu", tags: ["app.kubernetes.io/part-of=acme", "tier=gold"] }],
    });
    expect(await fleetOf(api, { container: "typo" }).enumerate()).toMatchObject({ kind: "absent" });
  });

  test("workloads of one namespace and slug are one tenant, and are moved and proven together", async () => {
    const api = await start({
      workloads: [
        workloadOf("t1"),
        workloadOf("t1", { name: "worker" }),
        workloadOf("t1", { name: "db", kind: "statefulsets" }),
      ],
    });
    const fleet = fleetOf(api, { workloads: ["deployment", "statefulset"] });
    expect(await fleet.enumerate()).toMatchObject({ kind: "found", value: [{ slug: "t1" }] });
    api.treat("t1/worker", "crashes");
    expect(row(await fleet.move("t1"), "t1")).toMatchObject({
      hasError: true,
      reason: expect.stringMatching(/Deployment t1\/worker: .*deadline.*CrashLoopBackOff/),
    });
    expect(await fleet.look("t1")).toMatchObject({ kind: "unknown", cause: { code: "KUBERNETES_MIXED" } });
    api.treat("t1/worker", undefined);
    api.set("deployments", "t1/worker", {
      annotations: { [annotation]: targetSha },
      image: `${repository}@${newDigest}`,
    });
    expect(await fleet.look("t1")).toEqual({ kind: "found", value: targetSha });
  });

  test.each([
    ["a slug in two namespaces", { slug: "{name}" }, {}, "FLEET_CLAIMED_TWICE"],
    ["a label that a workload lacks", { slug: "{label:example.com/tenant}" }, {}, "KUBERNETES_SLUG"],
    ["a slug outside the grammar", { slug: "{namespace}_x" }, {}, "KUBERNETES_SLUG"],
  ])("%s is refused, and the workload or tenant named", async (_, more, __, code) => {
    const reading = await fleetOf(await start(), more).enumerate();
    expect(reading).toMatchObject({ kind: "unknown", cause: { code } });
    expect(JSON.stringify(reading)).toMatch(/t1\/web|tenant web/);
  });

  test.each(["{slug}", "{label:}", "tenant", "{namespace"])("the slug template %s is refused at once", async (slug) => {
    const api = await start();
    expect(() => createKubernetesFleet(optionsFor(api, { slug }))).toThrow(
      expect.objectContaining({ code: "KUBERNETES_SLUG_TEMPLATE" }) as Error,
    );
  });
});

describe("a move", () => {
  test("sets image by digest and revision, keeps what ran before, and touches nothing else", async () => {
    const api = await start({
      workloads: [workloadOf("t1", { replicas: 3, containers: { app: `${repository}:old`, proxy: "envoy:1" } })],
    });
    expect(row(await fleetOf(api).move("t1"), "t1")).toEqual({ slug: "t1", hasError: false, commandOk: true });
    const object = api.get("deployments", "t1/web");
    expect(object.spec).toMatchObject({
      replicas: 3,
      template: {
        metadata: { annotations: { [annotation]: targetSha } },
        spec: {
          containers: [
            { name: "app", image: `${repository}@${newDigest}` },
            { name: "proxy", image: "envoy:1" },
          ],
        },
      },
    });
    expect(JSON.parse(object.metadata.annotations?.["lateen/previous"] ?? "")).toEqual({
      revision: beforeSha,
      images: { app: `${repository}:old` },
    });
    const methods = new Set(api.requests.map(({ method }) => method));
    expect(methods).toEqual(new Set(["GET", "PATCH"]));
  });

  test("what runs the release already is not written to", async () => {
    const api = await start();
    api.set("deployments", "t1/web", { annotations: { [annotation]: targetSha }, image: `${repository}@${newDigest}` });
    expect(row(await fleetOf(api).move("t1"), "t1")).toMatchObject({ hasError: false });
    expect(api.moves()).toEqual([]);
  });

  test("a return puts the very images back that ran before", async () => {
    const api = await start({ workloads: [workloadOf("t1", { containers: { app: `${repository}:handmade` } })] });
    const { controlPlane, prober } = createKubernetesFleet(optionsFor(api));
    await controlPlane.redeploy([tenant("t1")], release, settings);
    const before = { sha: parseCommitSha(beforeSha), digests: {}, tag: "staging-aaaaaaa" };
    await controlPlane.redeploy([tenant("t1")], before, settings);
    expect(api.get("deployments", "t1/web").spec).toMatchObject({
      template: { spec: { containers: [{ name: "app", image: `${repository}:handmade` }] } },
    });
    expect(await prober.buildinfo(tenant("t1"))).toEqual({ kind: "found", value: beforeSha });
  });

  test("conflicts are read again and written again", async () => {
    const api = await start();
    api.meet("patch", ...Array.from({ length: 4 }, () => ({ kind: "status", status: 409 }) as const));
    expect(row(await fleetOf(api).move("t1"), "t1")).toMatchObject({ hasError: false });
    expect(api.moves()).toEqual(["t1/web"]);
    expect(api.requests.filter(({ method }) => method === "PATCH")).toHaveLength(5);
  });

  test("a conflict with somebody who pauses it is no second try: it is refused as it is found", async () => {
    const api = await start();
    api.meet("patch", { kind: "status", status: 409 });
    const moving = fleetOf(api).move("t1");
    api.change("deployments", "t1/web", { spec: { paused: true } });
    expect(row(await moving, "t1")).toMatchObject({ hasError: true, reason: expect.stringContaining("paused") });
    expect(api.moves()).toEqual([]);
  });

  test.each([
    ["paused by somebody", { paused: true }, /paused/],
    ["OnDelete", { kind: "statefulsets", updateStrategy: { type: "OnDelete" } }, /OnDelete/],
    [
      "held by a partition",
      { kind: "statefulsets", updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } },
      /partition 1/,
    ],
  ])("a workload that is %s fails, unwritten", async (_, more, reason) => {
    const api = await start({ workloads: [workloadOf("t1", more), workloadOf("t2")] });
    const answer = await fleetOf(api, { workloads: ["deployment", "statefulset"] }).move("t1", "t2");
    expect(row(answer, "t1")).toMatchObject({ hasError: true, reason: expect.stringMatching(reason) });
    expect(row(answer, "t2")).toMatchObject({ hasError: false });
    expect(api.moves()).toEqual(["t2/web"]);
  });

  test.each([
    ["pull-error", /progress deadline.*ImagePullBackOff/],
    ["crashes", /progress deadline.*CrashLoopBackOff/],
    ["quota", /exceeded quota/],
  ] as const)("%s: the tenant fails, with what its pods say", async (manner, reason) => {
    const api = await start();
    api.treat("t1/web", manner);
    const answer = await fleetOf(api).move("t1", "t2");
    expect(row(answer, "t1")).toMatchObject({ hasError: true, reason: expect.stringMatching(reason) });
    expect(row(answer, "t2")).toMatchObject({ hasError: false });
  });

  test.each(["stuck", "ignored"] as const)("%s: after the time of the call the tenant is in doubt", async (manner) => {
    const api = await start();
    api.treat("t1/web", manner);
    expect(row(await fleetOf(api, { timeoutMs: 8_000 }).move("t1"), "t1")).toMatchObject({
      hasError: false,
      inDoubt: true,
      reason: expect.stringContaining("not done in time"),
    });
  });

  test.each([
    ["paused in mid-rollout", { spec: { paused: true } }, /paused/],
    [
      "changed by somebody else",
      { spec: { template: { metadata: { annotations: { [annotation]: "c".repeat(40) } } } } },
      /another writer/,
    ],
  ])("a workload that is %s fails", async (_, patch, reason) => {
    const api = await start({ stepMs: 80 });
    const moving = fleetOf(api).move("t1");
    await until(() => api.moves().length === 1);
    api.change("deployments", "t1/web", patch);
    expect(row(await moving, "t1")).toMatchObject({ hasError: true, reason: expect.stringMatching(reason) });
  });

  test("an autoscaler that changes replicas in mid-rollout changes nothing about it", async () => {
    const api = await start({ stepMs: 80 });
    const moving = fleetOf(api).move("t1");
    await until(() => api.moves().length === 1);
    await new Promise((resolve) => setTimeout(resolve, 120));
    const { status } = api.get("deployments", "t1/web");
    api.change("deployments", "t1/web", { spec: { replicas: 5 } });
    expect(status["observedGeneration"]).toBe(2);
    api.set("deployments", "t1/web", { annotations: {}, image: `${repository}@${newDigest}` });
    expect(row(await moving, "t1")).toMatchObject({ hasError: false });
    expect(api.get("deployments", "t1/web").spec["replicas"]).toBe(5);
  });

  test("a namespace that is deleted in mid-rollout: its tenant fails, the others go on", async () => {
    const api = await start({ stepMs: 500 });
    const moving = fleetOf(api).move("t1", "t2");
    await until(() => api.moves().length === 2);
    api.deleteNamespace("t1");
    const answer = await moving;
    expect(row(answer, "t1")).toMatchObject({ hasError: true, reason: expect.stringContaining("gone") });
    expect(row(answer, "t2")).toMatchObject({ hasError: false });
  });

  test("versions that expire and watches that break off are listed again", async () => {
    const api = await start({ stepMs: 60 });
    api.meet("watch", { kind: "status", status: 500 }, { kind: "status", status: 410 });
    const moving = fleetOf(api).move("t1", "t2");
    await until(() => api.moves().length === 2);
    api.expire();
    const answer = await moving;
    expect({ t1HasError: row(answer, "t1").hasError, t2HasError: row(answer, "t2").hasError }).toEqual({
      t1HasError: false,
      t2HasError: false,
    });
    expect(api.moves()).toHaveLength(2);
  });

  test("without the permission to watch, it lists", async () => {
    const api = await start();
    api.forbid("watch deployments");
    expect(row(await fleetOf(api).move("t1"), "t1")).toMatchObject({ hasError: false });
  });

  test("an API server that goes and comes back is waited for, and nothing is written twice", async () => {
    const api = await start({ stepMs: 60 });
    const moving = fleetOf(api).move("t1", "t2");
    await until(() => api.moves().length === 2);
    await api.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await api.start();
    const answer = await moving;
    expect({ t1HasError: row(answer, "t1").hasError, t2HasError: row(answer, "t2").hasError }).toEqual({
      t1HasError: false,
      t2HasError: false,
    });
    expect(api.moves().toSorted()).toEqual(["t1/web", "t2/web"]);
  });

  test("an API server that is not there: nothing was written, so the call may be sent again", async () => {
    const api = await start();
    const fleet = fleetOf(api);
    await fleet.enumerate();
    await api.stop();
    expect(await fleet.move("t1", "t2")).toMatchObject({ kind: "transient" });
    await api.start();
    expect(row(await fleet.move("t1"), "t1")).toMatchObject({ hasError: false });
  });

  test("no permission to patch: the call is refused, and says which", async () => {
    const api = await start();
    api.forbid("patch deployments");
    expect(await fleetOf(api).move("t1", "t2")).toMatchObject({
      kind: "refused",
      cause: { code: "KUBERNETES_FORBIDDEN", category: "auth", message: expect.stringContaining("patch") },
    });
  });

  test("a webhook that refuses one tenant fails that one", async () => {
    const api = await start();
    api.meet("patch", { kind: "status", status: 403, message: 'admission webhook "policy" denied the request' });
    const answer = await fleetOf(api, { concurrency: 1 }).move("t1", "t2");
    expect(row(answer, "t1")).toMatchObject({ hasError: true, reason: expect.stringContaining("admission webhook") });
    expect(row(answer, "t2")).toMatchObject({ hasError: false });
  });
});

describe("a StatefulSet of several pods", () => {
  const kind = "statefulsets" as const;
  const options = { workloads: ["statefulset" as const] };
  const sets = () => ["t1", "t2"].map((name) => workloadOf(name, { kind, replicas: 3 }));
  const partition = (api: KubernetesApi) => api.get(kind, "t1/web").spec["updateStrategy"];
  const patches = (api: KubernetesApi) => api.requests.filter(({ method }) => method === "PATCH").length;

  test("is moved by its last pod first, and the others once that one is proven", async () => {
    const api = await start({ workloads: sets(), stepMs: 60 });
    const fleet = fleetOf(api, options);
    const moving = fleet.move("t1");
    await until(() => api.moves().length === 1);
    expect(partition(api)).toMatchObject({ rollingUpdate: { partition: 2 } });
    await until(async () => (await fleet.look("t1")).kind === "unknown");
    expect(await fleet.look("t1")).toMatchObject({ kind: "unknown", cause: { code: "KUBERNETES_MIXED" } });
    expect(row(await moving, "t1")).toEqual({ slug: "t1", hasError: false, commandOk: true });
    expect(partition(api)).toMatchObject({ rollingUpdate: { partition: 0 } });
    expect(api.get(kind, "t1/web").metadata.annotations).not.toHaveProperty("lateen/partition");
    expect(await fleet.look("t1")).toEqual({ kind: "found", value: targetSha });
    expect({ moves: api.moves(), patches: patches(api) }).toEqual({ moves: ["t1/web"], patches: 2 });
  });

  test("keeps its other pods if the last one runs other bytes, or does not come up", async () => {
    const api = await start({ workloads: sets() });
    api.treat("t1/web", "wrong-image");
    api.treat("t2/web", "crashes");
    const fleet = fleetOf(api, { ...options, timeoutMs: 8_000 });
    const answer = await fleet.move("t1", "t2");
    expect(row(answer, "t1")).toMatchObject({
      hasError: true,
      reason: expect.stringContaining("others are held back"),
    });
    expect(row(answer, "t2")).toMatchObject({ inDoubt: true, reason: expect.stringContaining("CrashLoopBackOff") });
    for (const name of ["t1/web", "t2/web"])
      expect(api.get(kind, name).spec["updateStrategy"]).toMatchObject({ rollingUpdate: { partition: 2 } });
    // The partition is ours, so that the next release goes its own way.
    for (const name of ["t1/web", "t2/web"]) api.treat(name, undefined);
    const next = { ...release, sha: parseCommitSha("c".repeat(40)), digests: { [repository]: oldDigest } };
    const { controlPlane, prober } = createKubernetesFleet(optionsFor(api, options));
    expect(await controlPlane.redeploy([tenant("t1")], next, settings)).toMatchObject({ rows: [{ hasError: false }] });
    expect(await prober.buildinfo(tenant("t1"))).toEqual({ kind: "found", value: next.sha });
  });

  test("that was left between its two steps is taken up, and its template is not written again", async () => {
    const api = await start({ workloads: sets() });
    const template = {
      metadata: { annotations: { [annotation]: targetSha } },
      spec: { containers: [{ name: "app", image: `${repository}@${newDigest}` }] },
    };
    const updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 2 } };
    const metadata = { annotations: { "lateen/partition": targetSha } };
    api.change(kind, "t1/web", { metadata, spec: { template, updateStrategy } });
    const fleet = fleetOf(api, options);
    api.meet("patch", { kind: "status", status: 409 }, { kind: "reset", effect: true });
    expect(row(await fleet.move("t1"), "t1")).toMatchObject({ hasError: false });
    expect(await fleet.look("t1")).toEqual({ kind: "found", value: targetSha });
    expect(api.moves()).toEqual([]);
    expect(partition(api)).toMatchObject({ rollingUpdate: { partition: 0 } });
  });

  test("of one pod has no partition", async () => {
    const api = await start({ workloads: [workloadOf("t1", { kind, replicas: 1 })] });
    expect(row(await fleetOf(api, options).move("t1"), "t1")).toMatchObject({ hasError: false });
    expect({ partition: partition(api), patches: patches(api) }).toEqual({ partition: undefined, patches: 1 });
  });
});

describe("a look", () => {
  test("reads the ready pods, and a pod that crashes later is a tenant that is not proven", async () => {
    const api = await start();
    api.treat("t1/web", "crashes-later");
    const fleet = fleetOf(api);
    expect(await fleet.look("t1")).toEqual({ kind: "found", value: beforeSha });
    expect(row(await fleet.move("t1"), "t1")).toMatchObject({ hasError: false });
    await until(async () => (await fleet.look("t1")).kind === "unknown");
    expect(await fleet.look("t1")).toMatchObject({
      cause: { code: "KUBERNETES_NO_READY_POD", message: expect.stringContaining("CrashLoopBackOff") },
    });
  });

  test("the revision is a claim: a pod that runs other bytes proves nothing", async () => {
    const api = await start();
    api.treat("t1/web", "wrong-image");
    const fleet = fleetOf(api);
    await fleet.move("t1");
    expect(await fleet.look("t1")).toMatchObject({ kind: "unknown", cause: { code: "KUBERNETES_IMAGE_MISMATCH" } });
    const eee = `sha256:${"e".repeat(64)}`;
    const asked: string[] = [];
    const answers = [
      unknown(new ReleaseError({ code: "GONE", category: "unavailable", message: "gone" })),
      found([eee]),
    ];
    const platforms = fleetOf(api, {
      sameImage: async (image) => (asked.push(image), answers.shift() ?? found([])),
    });
    expect(await platforms.look("t1")).toMatchObject({ kind: "unknown", cause: { code: "GONE" } });
    for (const _ of [1, 2]) expect(await platforms.look("t1")).toEqual({ kind: "found", value: targetSha });
    expect(await platforms.look("t2")).toEqual({ kind: "found", value: beforeSha });
    expect(asked).toEqual([`${repository}@${newDigest}`, `${repository}@${newDigest}`]);
    const other = fleetOf(api, { sameImage: async () => found([`sha256:${"f".repeat(64)}`]) });
    expect(await other.look("t1")).toMatchObject({ kind: "unknown", cause: { code: "KUBERNETES_IMAGE_MISMATCH" } });
  });

  test("a tenant without pods, or of which the API does not answer, is unknown", async () => {
    const api = await start({ workloads: [workloadOf("t1", { replicas: 0 }), workloadOf("t2")] });
    const fleet = fleetOf(api);
    expect(await fleet.look("t1")).toMatchObject({ kind: "unknown", cause: { code: "KUBERNETES_NO_READY_POD" } });
    api.forbid("list pods");
    expect(await fleet.look("t2")).toMatchObject({ kind: "unknown", cause: { code: "KUBERNETES_FORBIDDEN" } });
    expect(await fleet.look("stranger")).toMatchObject({ kind: "absent" });
  });
});

describe("credentials", () => {
  test("a token that the server refuses is read once more, and one that stays refused is an error of the setup", async () => {
    const api = await start();
    const folder = await mkdtemp(join(tmpdir(), "lateen-kubeconfig-"));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "config");
    await writeFile(file, api.kubeconfig());
    const fleet = fleetOf(api, { kubeconfig: { file } });
    expect(await fleet.enumerate()).toMatchObject({ kind: "found" });
    api.rotateToken();
    expect(await fleet.enumerate()).toMatchObject({
      kind: "unknown",
      cause: { code: "KUBERNETES_AUTH", category: "auth" },
    });
    await writeFile(file, api.kubeconfig());
    expect(await fleet.enumerate()).toMatchObject({ kind: "found" });
    api.rotateToken();
    await writeFile(file, api.kubeconfig());
    expect(row(await fleet.move("t1"), "t1")).toMatchObject({ hasError: false });
  });

  test("what may be done is asked of the API server, and changes nothing", async () => {
    const api = await start();
    api.forbid("patch deployments");
    const findings = await fleetOf(api).checkAccess();
    const denied = findings.filter(({ allowed }) => allowed.kind === "found" && !allowed.value);
    expect(findings).toHaveLength(5);
    expect(denied).toMatchObject([{ verb: "patch", resource: "deployments.apps", namespace: undefined }]);
  });
});

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000 && !(await isTrue()); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
}
