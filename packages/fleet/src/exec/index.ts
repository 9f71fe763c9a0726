export { type ExecFleetOptions } from "./commands.ts";
export { createExecFleet, type ExecFleet } from "./exec-fleet.ts";
