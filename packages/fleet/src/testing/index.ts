export {
  type ControlPlaneSubject,
  describeControlPlaneContract,
  describeJournalContract,
  type JournalSubject,
} from "./contracts.ts";
export {
  type CallManner,
  type ControlPlaneServer,
  type ControlPlaneServerOptions,
  type PlaneManner,
  type RecordedCall,
  startControlPlane,
} from "./control-plane.ts";
export { createFolderFleet, type FolderFleet } from "./folder-fleet.ts";
export { type FleetWorld, type FleetWorldOptions, startFleetWorld } from "./fleet-world.ts";
export { type KubernetesApi, startKubernetesApi, type WorkloadSetting } from "./kubernetes/index.ts";
export { simulateChecks } from "./simulation/simulate-checks.ts";
export { createVirtualClock, simulate, type SimulateOptions, type SimulationRun } from "./simulation/index.ts";
export {
  startTenants,
  type TenantManner,
  type TenantSetting,
  type TenantsOptions,
  type TenantsServer,
} from "./tenants.ts";
export { createVirtualFleet, type VirtualFleet, type VirtualFleetOptions } from "./virtual-fleet.ts";
export { type PrometheusServer, type PrometheusValue, startPrometheus } from "./prometheus.ts";
