export type { AdapterOptions, RegistryAdapter } from "../model/adapter.ts";
export { createOciRegistry } from "./oci-registry.ts";
