export { makeCertificate } from "./certificate.ts";
export { type FakeEcr, startEcr } from "./start-ecr.ts";
export { type ImageShape, imageShapes } from "./image-shapes.ts";
export { pushImage } from "./push-image.ts";
export { type ContractSubject, describeRegistryContract } from "./registry-contract.ts";
export { seedImage, type SeededImage } from "./seed-image.ts";
export { startDockerRegistry } from "./start-docker-registry.ts";
export { type FakeRegistry, startRegistry } from "./start-registry.ts";
export { startTokenService } from "./start-token-service.ts";
