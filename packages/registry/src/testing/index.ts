export { startEcr } from "./start-ecr.ts";
export { pushImage } from "./push-image.ts";
export { describeRegistryContract } from "./registry-contract.ts";
export { seedImage } from "./seed-image.ts";
export { startDockerRegistry } from "./start-docker-registry.ts";
export { type FakeRegistry, startRegistry } from "./start-registry.ts";
export { startTokenService } from "./start-token-service.ts";
