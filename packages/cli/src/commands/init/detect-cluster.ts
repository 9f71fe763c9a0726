import { join } from "node:path";
import { readYaml } from "../../config/read-yaml.ts";
import { isRecord } from "../../config/layers.ts";
import type { Host } from "../../host.ts";

/** A Kubernetes cluster that is within reach. */
export interface Cluster {
  /** Name of the context, or `cluster` for that of the pod. */
  readonly name: string;
  /** The key `kubeconfig` as it is written; undefined for the pod's service account. */
  readonly kubeconfig: string | undefined;
}

/** A kubeconfig is a few hundred KiB even with a hundred clusters. */
const maxBytes = 4 * 1024 * 1024;

/** The current context of the kubeconfig that kubectl would use, else the cluster whose pod this is. No server is asked. */
export function detectCluster({ env, files }: Pick<Host, "env" | "files">): Cluster | undefined {
  const { KUBECONFIG: named = "", HOME: home = "", KUBERNETES_SERVICE_HOST: pod } = env;
  const paths = named === "" ? [join(home, ".kube/config")] : named.split(":").filter((path) => path !== "");
  const context = paths.map((path) => contextIn(path, files)).find((each) => each !== undefined);
  if (context !== undefined) {
    const source = named === "" ? "{ file: ~/.kube/config }" : "{ env: KUBECONFIG }";
    return { name: context, kubeconfig: source };
  }
  return pod === undefined ? undefined : { name: "cluster", kubeconfig: undefined };
}

function contextIn(path: string, files: Host["files"]): string | undefined {
  try {
    const document = readYaml(path, files.read(path, maxBytes)).value;
    const context = isRecord(document) ? document["current-context"] : undefined;
    return typeof context === "string" && /^[\w.@:/-]{1,200}$/.test(context) ? context : undefined;
  } catch {
    // Without a kubeconfig there is no cluster to write down.
    return undefined;
  }
}
