import { found } from "@lateen/kernel";
import type { ControlPlane } from "../ports/control-plane.ts";
import type { Prober } from "../ports/prober.ts";
import { type AccessFinding, checkAccess } from "./check-access.ts";
import { type KubernetesFleetOptions, openCluster } from "./cluster.ts";
import { moveTenants } from "./move/move-tenants.ts";
import { probeTenant } from "./pods/probe-tenant.ts";

/** A cluster as a control plane, and its pods as the proof. */
export interface KubernetesFleet {
  readonly controlPlane: ControlPlane;
  readonly prober: Prober;
  /** Reports which permissions of the driver its credentials have; changes nothing. */
  checkAccess(signal?: AbortSignal): Promise<readonly AccessFinding[]>;
}

/**
 * A fleet of Deployments and StatefulSets.
 *
 * A move is a patch of images (by digest) and of the revision annotation, followed until the controller has carried it out. The
 * proof is what the ready pods run: their revision, and the digests that the container runtime reports. Nothing is ever scaled or deleted.
 * @throws ReleaseError `KUBERNETES_SLUG_TEMPLATE`
 */
export function createKubernetesFleet(options: KubernetesFleetOptions): KubernetesFleet {
  const cluster = openCluster(options);
  return {
    controlPlane: {
      async enumerate(release, _settings, signal) {
        cluster.releases.set(release.sha, release);
        const tenants = await cluster.tenants.read(signal);
        if (tenants.kind !== "found") return tenants;
        return found(tenants.value.map(({ slug, tags }) => ({ slug, plane: cluster.name, tags })));
      },
      redeploy(tenants, release, _settings, signal) {
        cluster.releases.set(release.sha, release);
        return moveTenants(cluster, tenants, release, signal);
      },
    },
    prober: { buildinfo: (tenant, signal) => probeTenant(cluster, tenant, signal) },
    checkAccess: (signal) => checkAccess(cluster, signal),
  };
}
