export { startPostgres } from "./embedded/start-postgres.ts";
export { parseTokens } from "./http/tokens.ts";
export { createService } from "./service.ts";
