import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type NonEmpty,
  parseCommitSha,
  parseDigest,
  parseSlug,
  type Release,
  type Slug,
  systemClock,
} from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type KubeCluster, startKubeCluster, until } from "../../test/kube-cluster.ts";
import { beforeSha, describeRolloutScenarios, scenarioSlugs, targetSha } from "../../test/rollout-scenarios.ts";
import { memoryJournal } from "../journal/memory-journal.ts";
import type { Tenant } from "../ports/tenant.ts";
import { rollOut } from "../roll-out.ts";
import { describeControlPlaneContract } from "../testing/contracts.ts";
import { createKubernetesFleet } from "./index.ts";
import type { KubernetesFleetOptions } from "./cluster.ts";

const {
  LATEEN_REAL_ETCD: etcd = "",
  LATEEN_REAL_KUBE_APISERVER: apiServer = "",
  LATEEN_REAL_KUBE_CONTROLLER_MANAGER: controllerManager = "",
} = process.env;
const isThere = [etcd, apiServer, controllerManager].every((program) => program !== "");

const repository = "ghcr.io/acme/platform";
const annotation = "org.opencontainers.image.revision";
const [oldImage, newImage] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];
const release: Release = {
  sha: parseCommitSha(targetSha),
  digests: { [repository]: parseDigest(newImage) },
  tag: "new",
};
const settings = { soakMs: 0, batch: 1, maxStragglers: 0 };

let cluster: KubeCluster;
let runs = 0;

/** Tenants of a run of their own: a namespace each, with a Deployment or a StatefulSet of two pods. */
async function deploy(
  slugs: readonly string[],
  kind: "Deployment" | "StatefulSet" = "Deployment",
  progressDeadlineSeconds = 8,
): Promise<string> {
  const run = `run-${(runs += 1)}`;
  await Promise.all(
    slugs.map(async (slug) => {
      const namespace = `${run}-${slug}`;
      await cluster.call("POST", "/api/v1/namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: namespace },
      });
      await cluster.call(
        "POST",
        `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`,
        workloadOf(run, slug, kind, progressDeadlineSeconds),
      );
    }),
  );
  await until(async () => (await readyIn(run, slugs)) === slugs.length, 60_000);
  // A tenant shows its commit with one pod; the other one must not start under what a test does next.
  await Promise.all(slugs.map((slug) => until(async () => (await readyPods(run, slug, kind)) === 2, 60_000)));
  return run;
}

function workloadOf(
  run: string,
  slug: string,
  kind: "Deployment" | "StatefulSet",
  progressDeadlineSeconds: number,
): object {
  const labels = { app: "web" };
  const template = {
    metadata: { labels, annotations: { [annotation]: beforeSha } },
    spec: { containers: [{ name: "app", image: `${repository}@${oldImage}` }] },
  };
  const own =
    kind === "Deployment" ? { progressDeadlineSeconds } : { serviceName: "web", podManagementPolicy: "Parallel" };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "web", labels: { run, "acme.example.com/tenant": slug } },
    spec: { replicas: 2, selector: { matchLabels: labels }, template, ...own },
  };
}

async function readyPods(run: string, slug: string, kind: string): Promise<number | undefined> {
  const path = `/apis/apps/v1/namespaces/${run}-${slug}/${kind.toLowerCase()}s/web`;
  const { status } = (await cluster.call("GET", path)) as { readonly status?: { readonly readyReplicas?: number } };
  return status?.readyReplicas;
}

async function readyIn(run: string, slugs: readonly string[]): Promise<number> {
  const { prober } = createKubernetesFleet(optionsFor(run));
  const looks = await Promise.all(slugs.map((slug) => prober.buildinfo({ slug: parseSlug(slug), plane: "real" })));
  return looks.filter(({ kind }) => kind === "found").length;
}

function optionsFor(run: string, more: Partial<KubernetesFleetOptions> = {}): KubernetesFleetOptions {
  return {
    name: "real",
    kubeconfig: { file: cluster.kubeconfig },
    selector: `run=${run}`,
    slug: "{label:acme.example.com/tenant}",
    workloads: ["deployment", "statefulset"],
    images: [repository],
    env: {},
    cwd: cluster.folder,
    ...more,
  };
}

const pathOf = (run: string, slug: string) => `/apis/apps/v1/namespaces/${run}-${slug}/deployments/web`;

describe.runIf(isThere)("a real API server", () => {
  beforeAll(async () => void (cluster = await startKubeCluster({ etcd, apiServer, controllerManager })), 180_000);
  afterAll(() => cluster.close());

  for (const kind of ["Deployment", "StatefulSet"] as const) {
    describeControlPlaneContract(
      `a real API server, ${kind}s`,
      async () => ({ ...createKubernetesFleet(optionsFor(await deploy(["t1", "t2", "t3"], kind))), release }),
      { describe, test },
    );
  }

  describeRolloutScenarios(
    "a real API server",
    async () => {
      const run = await deploy(scenarioSlugs);
      const before = (await cluster.patches()).length;
      const clock = createScaledClock({ factor: 20 });
      const options = optionsFor(run);
      return {
        ...createKubernetesFleet({ ...options, clock }),
        driver: { kind: "kubernetes", options },
        breakMoves: async (slug) => cluster.treat(`${run}-${slug}`, "pull-error"),
        async set(slug, sha) {
          const image = `${repository}@${sha === targetSha ? newImage : oldImage}`;
          const template = {
            metadata: { annotations: { [annotation]: sha } },
            spec: { containers: [{ name: "app", image }] },
          };
          await cluster.call("PATCH", pathOf(run, slug), { spec: { template } });
          const { prober } = createKubernetesFleet(options);
          await until(async () => {
            const look = await prober.buildinfo({ slug: parseSlug(slug), plane: "real" });
            return look.kind === "found" && look.value === sha;
          }, 30_000);
        },
        async mix(slug) {
          const owner = {
            apiVersion: "apps/v1",
            kind: "ReplicaSet",
            name: "left",
            uid: "00000000-0000-4000-8000-000000000000",
            controller: true,
          };
          const metadata = {
            name: "left-behind",
            labels: { app: "web" },
            annotations: { [annotation]: beforeSha },
            ownerReferences: [owner],
          };
          const spec = { containers: [{ name: "app", image: `${repository}@${oldImage}` }] };
          await cluster.call("POST", `/api/v1/namespaces/${run}-${slug}/pods`, {
            apiVersion: "v1",
            kind: "Pod",
            metadata,
            spec,
          });
        },
        moves: async () =>
          (await cluster.patches()).slice(before).map((path) => path.split("/")[5]?.replace(`${run}-`, "") ?? ""),
        slow: async () => cluster.setStart(400),
        close: async () => cluster.setStart(30),
      };
    },
    release,
  );

  test("50 tenants of two pods each, in waves of 5, 25 % and 100 %", async () => {
    const slugs = Array.from({ length: 50 }, (_, index) => `t${index + 1}`);
    const run = await deploy(slugs, "Deployment", 120);
    const started = systemClock.now();
    const verdict = await rollOut(
      {
        release,
        policy: {
          canary: [slugs[0] as Slug],
          soakMs: 200,
          pace: { waves: [5, "25%", "100%"] },
          verify: { intervalMs: 100 },
        },
      },
      { ...createKubernetesFleet(optionsFor(run)), journal: memoryJournal(), clock: systemClock },
    );
    expect(verdict, JSON.stringify(verdict)).toMatchObject({ kind: "go", value: { enumerated: 50, verified: 50 } });
    process.stdout.write(`50 tenants rolled in ${systemClock.now() - started} ms\n`);
    expect((await cluster.patches()).filter((path) => path.includes(`/${run}-`))).toHaveLength(50);
  });

  test("an API server that is killed in mid-rollout and comes back: every tenant proven, none patched twice", async () => {
    // The deadline goes on while there is no API server.
    const run = await deploy(["t1", "t2", "t3"], "Deployment", 120);
    cluster.setStart(1_500);
    const { controlPlane, prober } = createKubernetesFleet(optionsFor(run));
    const tenants = ["t1", "t2", "t3"].map((slug) => ({
      slug: parseSlug(slug),
      plane: "real",
    })) as unknown as NonEmpty<Tenant>;
    const moving = controlPlane.redeploy(tenants, release, settings);
    await until(async () => (await cluster.patches()).filter((path) => path.includes(`/${run}-`)).length === 3, 20_000);
    await cluster.killApiServer();
    await cluster.startApiServer();
    cluster.setStart(30);
    expect(await moving).toMatchObject({
      kind: "answered",
      rows: tenants.map(({ slug }) => ({ slug, hasError: false })),
    });
    for (const tenant of tenants) expect(await prober.buildinfo(tenant)).toEqual({ kind: "found", value: targetSha });
    expect((await cluster.patches()).filter((path) => path.includes(`/${run}-`))).toHaveLength(3);
  });

  test("paused, deleted and broken tenants fail by name, and the others are moved", async () => {
    const run = await deploy(["well", "paused", "deleted", "crashing"]);
    await cluster.call("PATCH", pathOf(run, "paused"), { spec: { paused: true } });
    cluster.treat(`${run}-crashing`, "crashes");
    cluster.setStart(800);
    const { controlPlane } = createKubernetesFleet(optionsFor(run));
    const tenants = ["well", "paused", "deleted", "crashing"].map((slug) => ({ slug: parseSlug(slug), plane: "real" }));
    const moving = controlPlane.redeploy(tenants as unknown as NonEmpty<Tenant>, release, settings);
    await until(async () => (await cluster.patches()).some((path) => path.includes(`/${run}-deleted`)), 20_000);
    await cluster.call("DELETE", `/api/v1/namespaces/${run}-deleted`);
    const answer = await moving;
    cluster.setStart(30);
    const reasons =
      answer.kind === "answered" ? Object.fromEntries(answer.rows.map(({ slug, reason }) => [slug, reason])) : {};
    expect(reasons).toEqual({
      well: undefined,
      paused: expect.stringContaining("paused"),
      deleted: expect.stringMatching(/gone|deleted/),
      crashing: expect.stringMatching(/progress deadline.*CrashLoopBackOff/),
    });
  });

  test("a StatefulSet shows its last pod first, and keeps the others if that one does not come up", async () => {
    const run = await deploy(["well", "sick"], "StatefulSet");
    cluster.treat(`${run}-sick`, "crashes");
    cluster.setStart(500);
    const { controlPlane, prober } = createKubernetesFleet(optionsFor(run, { timeoutMs: 12_000 }));
    const tenants = ["well", "sick"].map((slug) => ({ slug: parseSlug(slug), plane: "real" }));
    const revisions = async (slug: string) => {
      const { items } = (await cluster.call("GET", `/api/v1/namespaces/${run}-${slug}/pods`)) as {
        items: { metadata: { name: string; annotations: Record<string, string> } }[];
      };
      return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.annotations[annotation]]));
    };
    const moving = controlPlane.redeploy(tenants as unknown as NonEmpty<Tenant>, release, settings);
    await until(async () => (await revisions("well"))["web-1"] === targetSha, 20_000);
    expect(await revisions("well")).toEqual({ "web-0": beforeSha, "web-1": targetSha });
    expect(await moving).toMatchObject({
      rows: [
        { slug: "well", hasError: false },
        { slug: "sick", inDoubt: true },
      ],
    });
    cluster.setStart(30);
    expect(await prober.buildinfo(tenants[0] as Tenant)).toEqual({ kind: "found", value: targetSha });
    expect(await revisions("sick")).toEqual({ "web-0": beforeSha, "web-1": targetSha });
    expect((await cluster.patches()).filter((path) => path.includes(`/${run}-well/`))).toHaveLength(2);
  });

  test("the rules of the example are all that a service account needs, and nothing less", async () => {
    const run = await deploy(["t1"]);
    const rules = [
      { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: ["get", "list", "watch", "patch"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    ];
    const manifest = await readFile(new URL("../../../../examples/kubernetes/rbac.yaml", import.meta.url), "utf8");
    for (const { resources, verbs } of rules)
      expect(manifest).toContain(`resources: [${resources.join(", ")}]\n    verbs: [${verbs.join(", ")}]`);
    const rbac = "rbac.authorization.k8s.io";
    const namespace = `${run}-t1`;
    await cluster.call("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "lateen" },
    });
    const { status } = (await cluster.call("POST", `/api/v1/namespaces/${namespace}/serviceaccounts/lateen/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: ["https://local"] },
    })) as { status: { token: string } };
    const account = join(cluster.folder, "account");
    await mkdir(account);
    await writeFile(join(account, "ca.crt"), await readFile(join(cluster.folder, "certs/apiserver.crt")));
    await writeFile(join(account, "token"), status.token);
    const { hostname: host, port } = new URL(cluster.url);
    const inPod = () =>
      createKubernetesFleet(optionsFor(run, { kubeconfig: { serviceAccount: { host, port, folder: account } } }));
    expect(await inPod().controlPlane.enumerate(release, settings)).toMatchObject({
      kind: "unknown",
      cause: { code: "KUBERNETES_FORBIDDEN" },
    });
    const denied = await inPod().checkAccess();
    expect(denied.map(({ allowed }) => allowed)).toEqual(denied.map(() => ({ kind: "found", value: false })));
    await cluster.call("POST", `/apis/${rbac}/v1/clusterroles`, {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name: "lateen" },
      rules,
    });
    await cluster.call("POST", `/apis/${rbac}/v1/clusterrolebindings`, {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "lateen" },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "lateen" },
      subjects: [{ kind: "ServiceAccount", name: "lateen", namespace }],
    });
    await until(
      async () => (await inPod().checkAccess()).every(({ allowed }) => allowed.kind === "found" && allowed.value),
      20_000,
    );
    const { controlPlane, prober } = inPod();
    const tenant = { slug: parseSlug("t1"), plane: "real" };
    expect(await controlPlane.redeploy([tenant], release, settings)).toMatchObject({
      kind: "answered",
      rows: [{ hasError: false }],
    });
    expect(await prober.buildinfo(tenant)).toEqual({ kind: "found", value: targetSha });
  });
});
