export { createEcrRegistry } from "./create-ecr-registry.ts";
