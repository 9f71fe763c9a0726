import { type ReleaseError, type Slug } from "@lateen/kernel";
import type { Workload } from "../api/wire.ts";
import { chooseContainers, type ContainerChoice } from "./choose-containers.ts";
import { slugOf } from "./slug-template.ts";
import type { WorkloadKind, WorkloadRef } from "./workload-ref.ts";
import { fleetError } from "../../errors.ts";

export interface TenantWorkloads {
  readonly slug: Slug;
  readonly workloads: readonly WorkloadRef[];
  /** `key=value` of each label of its first workload, for rings to select by. */
  readonly tags: readonly string[];
}

/** A workload as it was listed. */
export interface ListedWorkload {
  readonly kind: WorkloadKind;
  readonly object: Workload;
}

/**
 * Makes tenants of workloads.
 *
 * Workloads of one namespace that have the same slug are one tenant (its web and its worker): they are moved together. The same slug in
 * two namespaces is an error: a template that is too short would make one tenant of the whole fleet. A workload without a
 * chosen container is no part of the fleet, and neither is one that is being deleted.
 * @throws ReleaseError `FLEET_CLAIMED_TWICE` `KUBERNETES_SLUG`
 */
export function groupTenants(
  listed: readonly ListedWorkload[],
  template: string,
  choice: ContainerChoice,
  images: readonly string[],
): readonly TenantWorkloads[] {
  const tenants = new Map<Slug, { slug: Slug; workloads: WorkloadRef[]; tags: readonly string[] }>();
  for (const { kind, object } of listed) {
    const { metadata, spec } = object;
    if (metadata.deletionTimestamp !== undefined) continue;
    if (chooseContainers(spec.template.spec, choice, images).length === 0) continue;
    const slug = slugOf(object, template);
    const { namespace, name, uid } = metadata;
    const ref = { kind, namespace, name, uid, selector: formatSelector(spec.selector) };
    const tenant = tenants.get(slug);
    const [first] = tenant?.workloads ?? [];
    if (first !== undefined && first.namespace !== namespace) throw inTwoPlaces(slug, first.namespace, namespace);
    if (tenant !== undefined) tenant.workloads.push(ref);
    else tenants.set(slug, { slug, workloads: [ref], tags: tagsOf(metadata.labels) });
  }
  return [...tenants.values()];
}

function tagsOf(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

function inTwoPlaces(slug: Slug, one: string, other: string): ReleaseError {
  return fleetError("FLEET_CLAIMED_TWICE", "state", {
    message: `tenant ${slug} is in the namespaces ${one} and ${other}`,
    fix: "make the slug template tell them apart, for instance {namespace}",
  });
}

/** A selector as a query takes it. Source: Kubernetes documentation, "Labels and Selectors". */
export function formatSelector({ matchLabels, matchExpressions }: Workload["spec"]["selector"]): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressed = matchExpressions.map(({ key, operator, values }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "NotIn" ? "notin" : "in"} (${values.join(",")})`;
  });
  return [...equal, ...expressed].join(",");
}
