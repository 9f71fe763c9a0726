export { createExecFleet } from "./exec-fleet.ts";
