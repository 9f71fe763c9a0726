export type { RegistryErrorCode } from "./errors.ts";
export type { RegistryEvent } from "./events.ts";
export { inspect, type Inspection } from "./inspect.ts";
export type { RegistryEntry } from "./model/entry.ts";
export type { ImageReader, Manifest, Preflight, Registry, RegistryExtensions } from "./model/registry.ts";
export { openRegistries, type Registries } from "./open-registries.ts";
export type { RetagInput } from "./retag/report.ts";
export { retag } from "./retag.ts";
