import { startKubernetesApi } from "@lateen/fleet/testing";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { images } from "../configuration.ts";
import { ends, latestIs, ledgerIs, names, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";

type KubernetesApi = Awaited<ReturnType<typeof startKubernetesApi>>;

const annotation = "org.opencontainers.image.revision";
const tenants = ["canary-a", "amber", "birch", "cedar", "dune", "ember"];

/** Tenants are Deployments, and their pods are the proof. */
export const kubernetes: Scenario = {
  name: "kubernetes",
  title: "tenants are Deployments, proven by what their pods run",
  before:
    "A loop of kubectl set image and kubectl rollout status knows no canary, no budget and no proof: it stops, or does not, at the first namespace that fails, and the spec claims that every tenant is new.",
  now: "One rollout over all namespaces: the canary's image cannot be pulled, so it halts there and names the pod. Once it can be, the same command goes through, and every ready pod shows revision and digest of the release.",
  async play({ world, lateen, say }) {
    const sha = world.commits.at(-1) ?? "";
    const api = world.adopt(await startCluster(world));
    api.treat("canary-a/web", "pull-error");
    say("The registry of the cluster does not have the image yet.");
    const halted = await lateen(["ship", "--sha", sha]);
    const first = [
      ends(halted, "halted", 5),
      names(halted, "ImagePullBackOff"),
      that("only the canary was touched", new Set(api.moves()).size === 1),
      latestIs(world, world.commits[0] ?? ""),
    ];
    api.treat("canary-a/web", undefined);
    api.change("deployments", "canary-a/web", {
      spec: { template: { metadata: { annotations: { [annotation]: world.commits[0] } } } },
    });
    say("Now it has, and an operator has put the canary back. A new rollout of the same release begins.");
    await lateen(["rollout", "--abandon"]);
    const ran = await lateen(["ship", "--sha", sha]);
    const moved = api.moves().filter((name) => name !== "canary-a/web");
    return [
      ...first,
      ends(ran, "shipped"),
      that(`${tenants.length} tenants are proven by their pods`, ran.document?.fleet?.verified === tenants.length),
      that(
        "each of the others was patched once",
        new Set(moved).size === tenants.length - 1 && moved.length === tenants.length - 1,
      ),
      latestIs(world, sha),
      await ledgerIs(world, sha),
    ];
  },
};

/** A stand-in of the API instead of the world's control plane; the pods prove, so no tenant is asked over HTTP. */
async function startCluster(world: World): Promise<KubernetesApi> {
  const [image] = images;
  const [before = ""] = world.commits;
  const api = await startKubernetesApi({
    stepMs: 30,
    workloads: tenants.map((namespace) => ({
      namespace,
      name: "web",
      labels: { "app.kubernetes.io/part-of": "acme" },
      containers: { app: `${world.registry.host}/${image}:staging-${before.slice(0, 7)}` },
      annotations: { [annotation]: before },
    })),
  });
  await writeFile(join(world.folder, "kubeconfig.json"), api.kubeconfig(), { mode: 0o600 });
  await world.configure((text) =>
    text
      .replace(
        / {4}- \{ name: prod,.*/,
        "    - { name: eu, kind: kubernetes, kubeconfig: { file: kubeconfig.json }, selector: app.kubernetes.io/part-of=acme }",
      )
      .replace(/ {2}buildinfo: .*\n/, ""),
  );
  return api;
}
