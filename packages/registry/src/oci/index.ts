export type { AdapterOptions } from "../adapter.ts";
export type { RegistryEntry } from "../entry.ts";
export type { Credentials, CredentialSource } from "./credentials.ts";
export { realmTable } from "./decide-realm.table.ts";
export { redirectTable } from "./decide-redirect.table.ts";
export { createDockerCredentials } from "./docker-credentials.ts";
export { createOciRegistry, type OciRegistry } from "./oci-registry.ts";
export { answerTable, type AnswerRow } from "./decide-answer.table.ts";
