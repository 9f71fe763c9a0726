import { absent, found, type Reading, toReading } from "@lateen/kernel";
import type { ApiClient } from "../api/api-client.ts";
import { workload } from "../api/wire.ts";
import type { ContainerChoice } from "./choose-containers.ts";
import { groupTenants, type ListedWorkload, type TenantWorkloads } from "./group-tenants.ts";
import { listPath, type WorkloadKind } from "./workload-ref.ts";

/** Selects the workloads of a cluster that are tenants. */
export interface WorkloadScope {
  /** All namespaces, or these. */
  readonly namespaces: "*" | readonly string[];
  readonly selector: string;
  readonly kinds: readonly WorkloadKind[];
  readonly slug: string;
  readonly choice: ContainerChoice;
  /** Repositories of the release, for containers that are chosen by image. */
  readonly images: readonly string[];
}

/** One list that makes up a scope. */
export interface ScopePart {
  readonly kind: WorkloadKind;
  readonly path: string;
}

/** The lists of a scope: one for each kind, and for each namespace if they are named. */
export function partsOf({ namespaces, kinds }: WorkloadScope): readonly ScopePart[] {
  const places = namespaces === "*" ? [undefined] : namespaces;
  return kinds.flatMap((kind) => places.map((namespace) => ({ kind, path: listPath(kind, namespace) })));
}

export function enumerateWorkloads(
  api: ApiClient,
  scope: WorkloadScope,
  signal?: AbortSignal,
): Promise<Reading<readonly TenantWorkloads[]>> {
  return toReading(async () => {
    const tenants = groupTenants(await listWorkloads(api, scope, signal), scope.slug, scope.choice, scope.images);
    return tenants.length === 0 ? absent(emptyBecause(api.name, scope)) : found(tenants);
  });
}

/** Every workload of a scope, list after list side by side. */
export async function listWorkloads(
  api: ApiClient,
  scope: WorkloadScope,
  signal?: AbortSignal,
): Promise<readonly ListedWorkload[]> {
  const lists = await Promise.all(
    partsOf(scope).map(async ({ kind, path }) => {
      const { items } = await api.list(path, { labelSelector: scope.selector }, workload, signal);
      return items.map((object) => ({ kind, object }));
    }),
  );
  return lists.flat();
}

function emptyBecause(name: string, { selector, choice, kinds }: WorkloadScope): string {
  const container = choice.container === undefined ? "an image of the release" : `a container ${choice.container}`;
  return `${name} has no ${kinds.join(" or ")} with the labels ${selector || "(any)"} and ${container}`;
}
