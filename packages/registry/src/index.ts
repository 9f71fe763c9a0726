export type { AdapterOptions, ContentStore, RegistryAdapter } from "./adapter.ts";
export { doubtTable } from "./decide-doubt.table.ts";
export { decideDoubt, type DoubtDecision, type DoubtFacts } from "./decide-doubt.ts";
export { retagTable } from "./decide-retag.table.ts";
export { decideRetag, decideTag, type RetagOutcome, type TagEnd, type TagPlan } from "./decide-retag.ts";
export { revisionTable } from "./decide-revision.table.ts";
export { decideRevision, type RevisionDecision, revisionKey } from "./decide-revision.ts";
export type { RegistryEntry } from "./entry.ts";
export type { RegistryErrorCode } from "./errors.ts";
export type { RegistryEvent } from "./events.ts";
export { inspect, type Inspection, type InspectPorts } from "./inspect.ts";
export { openRegistries, type OpenRegistriesOptions, type Registries } from "./open-registries.ts";
export type {
  Descriptor,
  ImageDetails,
  ImageReader,
  Manifest,
  PlatformImage,
  Preflight,
  Receipt,
  Registry,
  RegistryTalents,
  TagList,
} from "./registry.ts";
export type { RetaggedImage, RetaggedTag, RetagInput, RetagPorts, RetagReport } from "./retag-report.ts";
export { retag } from "./retag.ts";
