export { type ControlPlaneOptions, createControlPlane } from "./control-plane.ts";
export { createProber, type ProberOptions } from "./prober.ts";
