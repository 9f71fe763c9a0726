export { lockFolder } from "./embedded/lock.ts";
export { startPostgres } from "./embedded/start-postgres.ts";
export { parseTokens } from "./http/tokens.ts";
export type { ServiceFleet } from "./run/fleets.ts";
export { createService, type ServiceOptions } from "./service.ts";
