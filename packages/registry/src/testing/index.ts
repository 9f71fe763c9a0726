export type { Fault, LoggedRequest, Misbehaviour } from "./misbehaviour.ts";
export { pushImage, type PushTarget } from "./push-image.ts";
export { type ImageRecipe, type ImageSink, seedImage, type SeededImage, writeImage } from "./seed-image.ts";
export { type FakeRegistry, startRegistry, type StartRegistryOptions } from "./start-registry.ts";
export type { RegistryStore, StoredManifest, StoredRepository } from "./store.ts";
export type { RegistryAuth } from "./token-auth.ts";
