import { describe, expect, onTestFinished, test } from "vitest";
import { dirname } from "node:path";
import { type KubeCluster, startKubeCluster, until } from "../../fleet/test/kube-cluster.ts";
import { examplesOf } from "./docs-examples.ts";
import { startWorld, type World } from "./world.ts";

const {
  LATEEN_REAL_ETCD: etcd = "",
  LATEEN_REAL_KUBE_APISERVER: apiServer = "",
  LATEEN_REAL_KUBE_CONTROLLER_MANAGER: controllerManager = "",
  LATEEN_REAL_KUBECTL: kubectl = "",
} = process.env;
const isThere = [etcd, apiServer, controllerManager, kubectl].every((program) => program !== "");
const slugs = ["one", "two"];

describe.runIf(isThere)("the example of kubectl with a real kubectl and a real API server", () => {
  test("it ships, and a pod that does not come up halts it at the canary", { timeout: 240_000 }, async () => {
    const cluster = await startKubeCluster({ etcd, apiServer, controllerManager });
    onTestFinished(cluster.close);
    const world = await startWorld({ commits: 3, size: 1 });
    onTestFinished(world.close);
    const [before = "", next = "", last = ""] = world.commits;
    const repository = `${world.registry.host}/acme/platform`;
    for (const slug of slugs) await deploy(cluster, slug, `${repository}@${world.digest("acme/platform", 0)}`, before);
    configure(world);
    const env = { KUBECONFIG: cluster.kubeconfig, PATH: `${dirname(kubectl)}:${process.env["PATH"]}` };
    const rollout = async (sha: string) => {
      const ran = await world.lateen(["rollout", "--json", "--sha", sha], { env });
      return { result: ran.json(), stderr: ran.stderr };
    };

    const shipped = await rollout(next);
    expect(shipped.result, shipped.stderr).toMatchObject({ outcome: "shipped", fleet: { enumerated: 2, verified: 2 } });
    expect(await imagesOf(cluster)).toEqual(
      slugs.flatMap(() => Array(2).fill(`${repository}@${world.digest("acme/platform", 1)}`)),
    );

    cluster.treat("one", "pull-error");
    const halted = await rollout(last);
    expect(halted.result, halted.stderr).toMatchObject({ outcome: "halted", fleet: { verified: 0 } });
    expect((await imagesOf(cluster, "two")).every((image) => image.endsWith(world.digest("acme/platform", 1)))).toBe(
      true,
    );
  });
});

/** The example of the page, but for the registry, the canary and the pace. */
function configure({ folder, registry }: World): void {
  const { yaml = "" } = examplesOf("hosts").find(({ heading }) => heading === "kubectl") ?? {};
  const access = `registries: { "${registry.host}": { username: ci, password: { env: REGISTRY_PASSWORD } } }\n`;
  const pace = "  canary: [one]\n  soak: 30ms\n  verify: { timeout: 60s, interval: 500ms }\n";
  const own = yaml.replaceAll("ghcr.io/acme/platform", `${registry.host}/acme/platform`).replace("5m", "5s");
  folder.write("lateen.yaml", access + own + pace);
  folder.write("tenants.jsonl", slugs.map((slug) => `${JSON.stringify({ slug, context: "real" })}\n`).join(""));
}

async function deploy(cluster: KubeCluster, namespace: string, image: string, revision: string): Promise<void> {
  const labels = { app: "web" };
  const template = { metadata: { labels, annotations: { revision } }, spec: { containers: [{ name: "app", image }] } };
  const spec = { replicas: 2, selector: { matchLabels: labels }, template };
  const metadata = { name: namespace };
  await cluster.call("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata });
  const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec };
  await cluster.call("POST", `/apis/apps/v1/namespaces/${namespace}/deployments`, body);
  await until(async () => (await imagesOf(cluster, namespace)).length === 2, 60_000);
}

/** Images of the ready pods. */
async function imagesOf(cluster: KubeCluster, namespace?: string): Promise<readonly string[]> {
  const path = namespace === undefined ? "/api/v1/pods" : `/api/v1/namespaces/${namespace}/pods`;
  const { items } = (await cluster.call("GET", path)) as {
    items: { status: { containerStatuses?: { ready: boolean; image: string }[] } }[];
  };
  const containers = items.flatMap(({ status }) => status.containerStatuses ?? []);
  return containers.filter(({ ready }) => ready).map(({ image }) => image);
}
