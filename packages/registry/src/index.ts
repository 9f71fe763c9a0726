export type { RegistryErrorCode } from "./errors.ts";
export type { RegistryEvent } from "./events.ts";
export { inspect, type Inspection, type InspectPorts } from "./inspect.ts";
export type { RegistryEntry } from "./model/entry.ts";
export type {
  Descriptor,
  ImageDetails,
  ImageReader,
  Manifest,
  Preflight,
  Receipt,
  ReferrersReport,
  Registry,
  RegistryExtensions,
} from "./model/registry.ts";
export { openRegistries, type OpenRegistriesOptions, type Registries } from "./open-registries.ts";
export type { RetagInput, RetagPorts, RetagReport } from "./retag/report.ts";
export { retag } from "./retag.ts";
