export { createEcrRegistry } from "./create-ecr-registry.ts";
export { type EcrHost, parseEcrHost } from "./ecr-host.ts";
