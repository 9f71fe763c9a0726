export { simulate, type SimulateOptions, type SimulationRun } from "./simulate.ts";
export { createVirtualClock } from "./virtual-clock.ts";
