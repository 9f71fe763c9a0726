export { simulate } from "./simulate.ts";
export { createVirtualClock } from "./virtual-clock.ts";
