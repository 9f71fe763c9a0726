export { type FolderLock, lockFolder } from "./embedded/lock.ts";
export { type EmbeddedPostgres, startPostgres } from "./embedded/start-postgres.ts";
export { parseTokens, type Role, type Token } from "./http/tokens.ts";
export type { FleetParts, ServiceFleet } from "./run/fleets.ts";
export { createService, type Service, type ServiceOptions } from "./service.ts";
