export type { AdapterOptions } from "../adapter.ts";
export type { RegistryEntry } from "../entry.ts";
export type { Credentials, CredentialSource } from "./credentials.ts";
export { createDockerCredentials } from "./docker-credentials.ts";
export { createOciRegistry, type OciRegistry } from "./oci-registry.ts";
