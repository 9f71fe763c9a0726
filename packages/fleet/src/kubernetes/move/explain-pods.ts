import { pod } from "../api/wire.ts";
import type { Cluster } from "../cluster.ts";
import { troubleOf } from "../pods/decide-pods.ts";
import type { WorkloadRef } from "../workloads/workload-ref.ts";
import { redactText } from "../../http/redact-text.ts";

/** Why the pods of a workload do not come up; undefined if they say nothing, or cannot be asked. */
export async function explainPods({ api }: Cluster, ref: WorkloadRef): Promise<string | undefined> {
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods`;
    const { items } = await api.list(path, { labelSelector: ref.selector }, pod);
    const troubled = items.map((each) => ({ name: each.metadata.name, trouble: troubleOf(each) }));
    const first = troubled.find(({ trouble }) => trouble !== undefined);
    return first?.trouble === undefined ? undefined : `pod ${first.name}: ${redactText(first.trouble)}`;
  } catch {
    // It only explains; the outcome is the same without it.
    return undefined;
  }
}
