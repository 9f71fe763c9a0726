export type { KubeconfigSource } from "./api/kubeconfig.ts";
export type { AccessFinding } from "./check-access.ts";
export type { KubernetesFleetOptions } from "./cluster.ts";
export { createKubernetesFleet, type KubernetesFleet } from "./kubernetes-fleet.ts";
