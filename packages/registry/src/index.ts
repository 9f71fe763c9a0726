export type { RegistryEvent } from "./events.ts";
export { inspect } from "./inspect.ts";
export type { RegistryEntry } from "./model/entry.ts";
export type { ImageReader, Manifest, Registry } from "./model/registry.ts";
export { openRegistries, type Registries } from "./open-registries.ts";
export type { RetagInput } from "./retag/report.ts";
export { retag } from "./retag.ts";
