export { createOciRegistry } from "./oci-registry.ts";
