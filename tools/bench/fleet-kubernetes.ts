// `pnpm bench fleet-kubernetes [TENANTS]`: one rollout over Deployments of two pods behind two real API servers, against a loop of
// `kubectl set image` and `kubectl rollout status`. Needs what tools/real-servers names, and GNU time.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { combineControlPlanes, combineProbers, memoryJournal, rollOut } from "../../packages/fleet/src/index.ts";
import { createKubernetesFleet } from "../../packages/fleet/src/kubernetes/index.ts";
import { type KubeCluster, startKubeCluster, until } from "../../packages/fleet/test/kube-cluster.ts";
import { parseCommitSha, parseDigest, parseSlug, systemClock } from "../../packages/kernel/src/index.ts";

const run = promisify(execFile);
const { LATEEN_REAL_ETCD: etcd = "", LATEEN_REAL_KUBE_APISERVER: apiServer = "" } = process.env;
const { LATEEN_REAL_KUBE_CONTROLLER_MANAGER: controllerManager = "", LATEEN_REAL_KUBECTL: kubectl = "" } = process.env;
if (etcd === "" || apiServer === "" || controllerManager === "" || kubectl === "")
  throw new Error("start it with tools/real-servers");

const tenants = Number(process.argv[2] ?? 300);
const repository = "ghcr.io/acme/platform";
const annotation = "org.opencontainers.image.revision";
const [old, fresh] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];
const release = { sha: parseCommitSha("b".repeat(40)), digests: { [repository]: parseDigest(fresh) }, tag: "new" };

const clusters = await Promise.all([0, 1].map(() => startKubeCluster({ etcd, apiServer, controllerManager })));
try {
  await Promise.all(clusters.map((cluster, index) => deploy(cluster, namesOf(index))));
  const before = await requests();
  const started = systemClock.now();
  const fleets = clusters.map(({ kubeconfig: file, folder: cwd }, index) => {
    const more = { selector: "bench=yes", images: [repository], env: {}, cwd, timeoutMs: 1_800_000 };
    return { name: `c${index}`, ...createKubernetesFleet({ name: `c${index}`, kubeconfig: { file }, ...more }) };
  });
  const verdict = await rollOut(
    {
      release,
      policy: {
        canary: [parseSlug("c0-t0")],
        soakMs: 0,
        pace: { waves: ["10%", "100%"] },
        verify: { intervalMs: 500 },
      },
    },
    {
      controlPlane: combineControlPlanes(fleets.map(({ name, controlPlane: plane }) => ({ name, plane }))),
      prober: combineProbers(fleets),
      journal: memoryJournal(),
      clock: systemClock,
    },
  );
  const lateen = { ms: systemClock.now() - started, sent: (await requests()) - before };
  const memory = Math.round(process.memoryUsage.rss() / 1024 / 1024);
  report("lateen, proven", lateen.ms, lateen.sent, `this process ${memory} MB`);
  if (verdict.kind !== "go") throw new Error(verdict.reason);
  const again = await requests();
  const loop = systemClock.now();
  let largest = 0;
  for (const [index, { kubeconfig }] of clusters.entries()) {
    for (const name of namesOf(index)) {
      const kubectlIn = async (...args: readonly string[]) => {
        const command = ["--format=%M", kubectl, "--kubeconfig", kubeconfig, "-n", name, ...args];
        const { stderr } = await run("/usr/bin/time", command);
        largest = Math.max(largest, Number(stderr.trim().split("\n").at(-1)) / 1024);
      };
      await kubectlIn("set", "image", "deployment/web", `app=${repository}@${old}`);
      await kubectlIn("rollout", "status", "deployment/web");
    }
  }
  const byLoop = { ms: systemClock.now() - loop, sent: (await requests()) - again };
  report("kubectl, one by one, not proven", byLoop.ms, byLoop.sent, `its largest process ${largest.toFixed(0)} MB`);
  const ratio = (a: number, b: number): string => (a / b).toFixed(2);
  process.stdout.write(
    `   lateen takes ${ratio(lateen.ms, byLoop.ms)} of the time and sends ${ratio(lateen.sent, byLoop.sent)} of the requests\n`,
  );
} finally {
  await Promise.all(clusters.map((cluster) => cluster.close()));
}

function namesOf(cluster: number): readonly string[] {
  return Array.from({ length: Math.ceil(tenants / 2) }, (_, index) => `c${cluster}-t${index}`);
}

async function deploy(cluster: KubeCluster, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const metadata = { name: "web", labels: { bench: "yes" } };
    const template = {
      metadata: { labels: { app: "web" }, annotations: { [annotation]: "a".repeat(40) } },
      spec: { containers: [{ name: "app", image: `${repository}@${old}` }] },
    };
    const spec = { replicas: 2, selector: { matchLabels: { app: "web" } }, template };
    await cluster.call("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const body = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
    await cluster.call("POST", `/apis/apps/v1/namespaces/${name}/deployments`, body);
  }
  const isUp = async () => {
    const { items } = (await cluster.call("GET", "/apis/apps/v1/deployments")) as {
      items: { status: { availableReplicas?: number } }[];
    };
    return items.every(({ status }) => status.availableReplicas === 2);
  };
  await until(isUp, 600_000);
}

/** Requests of clients that deal with rollouts: the controllers' and the kubelets' own are left out by their agents. */
async function requests(): Promise<number> {
  const counts = await Promise.all(clusters.map((cluster) => cluster.requests()));
  return counts.reduce((sum, count) => sum + count, 0);
}

function report(what: string, ms: number, sent: number, memory: string): void {
  process.stdout.write(`${what}: ${tenants} tenants in ${(ms / 1_000).toFixed(1)} s, ${sent} requests, ${memory}\n`);
}
