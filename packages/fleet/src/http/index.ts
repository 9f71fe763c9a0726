export { createControlPlane } from "./control-plane.ts";
export { createProber } from "./prober.ts";
