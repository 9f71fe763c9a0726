export {
  type CallManner,
  type ControlPlaneServer,
  type ControlPlaneServerOptions,
  type PlaneManner,
  type RecordedCall,
  startControlPlane,
} from "./control-plane.ts";
export {
  startTenants,
  type TenantManner,
  type TenantSetting,
  type TenantsOptions,
  type TenantsServer,
} from "./tenants.ts";
