export type { AdapterOptions } from "../model/adapter.ts";
export type { RegistryEntry } from "../model/entry.ts";
export type { Credentials, CredentialSource } from "./auth/credentials.ts";
export { realmTable } from "./auth/decide-realm.table.ts";
export { redirectTable } from "./transport/decide-redirect.table.ts";
export { createDockerCredentials } from "./auth/docker-credentials.ts";
export { createOciRegistry, type OciRegistry } from "./oci-registry.ts";
export { answerTable, type AnswerRow } from "./transport/decide-answer.table.ts";
