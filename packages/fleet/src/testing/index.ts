export { describeControlPlaneContract, describeJournalContract } from "./contracts.ts";
export { startControlPlane } from "./control-plane.ts";
export { createFolderFleet } from "./folder-fleet.ts";
export { startKubernetesApi } from "./kubernetes/index.ts";
export { startTenants } from "./tenants.ts";
export { startPrometheus } from "./prometheus.ts";
