import { type Clock, memoize, type Reading, type Release, systemClock } from "@lateen/kernel";
import { steadyClock } from "../steps/steady-clock.ts";
import { type ApiClient, createApiClient } from "./api/api-client.ts";
import { createConnection } from "./api/connection.ts";
import type { KubeconfigSource } from "./api/kubeconfig.ts";
import { createWorkloadWatch, type WorkloadWatch } from "./move/watch-workloads.ts";
import { checkSlugTemplate } from "./workloads/slug-template.ts";
import { type EnumeratedTenants, rememberTenants } from "../ports/enumerated-tenants.ts";
import { enumerateWorkloads, partsOf, type WorkloadScope } from "./workloads/enumerate-workloads.ts";
import type { TenantWorkloads } from "./workloads/group-tenants.ts";
import type { WorkloadKind } from "./workloads/workload-ref.ts";

/** A fleet whose tenants are Deployments and StatefulSets of one cluster. */
export interface KubernetesFleetOptions {
  /** Name for reports; every tenant carries it. */
  readonly name: string;
  readonly kubeconfig: KubeconfigSource;
  /** Context of the kubeconfig. @default its current one */
  readonly context?: string | undefined;
  /** All namespaces, or these. @default "*" */
  readonly namespaces?: "*" | readonly string[] | undefined;
  /** Label selector of the workloads. */
  readonly selector: string;
  /** @default ["deployment"] */
  readonly workloads?: readonly ("deployment" | "statefulset")[] | undefined;
  /** Slug of a tenant, of `{namespace}`, `{name}` and `{label:KEY}`. @default "{namespace}" */
  readonly slug?: string | undefined;
  /** Container whose image is set. @default every one whose image is one of the release's */
  readonly container?: string | undefined;
  /** Repository of that image. @default the release's first */
  readonly image?: string | undefined;
  /** Repositories of the release, the first one first. */
  readonly images: readonly string[];
  /** Annotation of the pod template that names the commit. @default "org.opencontainers.image.revision" */
  readonly annotation?: string | undefined;
  /** Longest time of a call that moves tenants, in milliseconds. @default 900000 */
  readonly timeoutMs?: number | undefined;
  /** Tenants that are moved at a time within one call. @default 512 */
  readonly concurrency?: number | undefined;
  /**
   * Other digests of the image `repository@digest`, such as those of its platforms, for runtimes that report these; asked once for an
   * image, when a pod reports another digest than the wanted one. @default none
   */
  readonly sameImage?: ((image: string, signal?: AbortSignal) => Promise<Reading<readonly string[]>>) | undefined;
  /** Environment and folder of credential plugins. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly clock?: Clock | undefined;
  /** Allows plain http to another machine. @default false */
  readonly insecure?: boolean | undefined;
}

/** Settings shared by the parts of the driver. */
export interface Cluster {
  readonly name: string;
  readonly api: ApiClient;
  readonly scope: WorkloadScope;
  readonly tenants: EnumeratedTenants<TenantWorkloads>;
  readonly watch: WorkloadWatch;
  /** Releases that this process has heard of, by commit: what the images of their pods have to be. */
  readonly releases: Map<string, Release>;
  readonly sameImage: KubernetesFleetOptions["sameImage"];
  readonly annotation: string;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly clock: Clock;
}

/** The annotation that images carry too. Source: OCI image-spec, annotations.md, "Pre-Defined Annotation Keys". */
const revisionAnnotation = "org.opencontainers.image.revision";
/** Kubernetes gives a Deployment 10 minutes without progress (`progressDeadlineSeconds`); a roll of many pods may take longer. */
const defaultTimeoutMs = 15 * 60_000;

/** Fills the defaults in; nothing is read yet. @throws ReleaseError `KUBERNETES_SLUG_TEMPLATE` */
export function openCluster(options: KubernetesFleetOptions): Cluster {
  const { name, kubeconfig, context, env, cwd, insecure, clock = systemClock, slug = "{namespace}" } = options;
  checkSlugTemplate(slug);
  const connection = createConnection({ source: kubeconfig, context, env, cwd, clock, insecure });
  const api = createApiClient(name, connection, clock);
  const { namespaces = "*", selector, workloads = ["deployment"], container, image, images } = options;
  const kinds = workloads.map((kind): WorkloadKind => `${kind}s`);
  const scope = { namespaces, selector, kinds, slug, choice: { container, image }, images };
  const { annotation = revisionAnnotation, timeoutMs = defaultTimeoutMs, concurrency = 512, sameImage } = options;
  return {
    name,
    api,
    scope,
    tenants: rememberTenants(api.name, (signal) => enumerateWorkloads(api, scope, signal)),
    watch: createWorkloadWatch(api, partsOf(scope), selector, clock),
    releases: new Map(),
    // A question without an answer is asked again.
    sameImage: sameImage === undefined ? undefined : memoize(sameImage, { keep: ({ kind }) => kind !== "unknown" }),
    annotation,
    timeoutMs,
    concurrency,
    // Credentials end by the clock of the machine, moves by what has passed.
    clock: steadyClock(clock),
  };
}
