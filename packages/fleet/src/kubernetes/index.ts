export type { AccessFinding } from "./check-access.ts";
export { createKubernetesFleet } from "./kubernetes-fleet.ts";
