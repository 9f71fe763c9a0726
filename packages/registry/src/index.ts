export type { AdapterOptions, ContentStore, RegistryAdapter } from "./model/adapter.ts";
export { doubtTable } from "./model/decide-ambiguous-write.table.ts";
export { decideDoubt, type DoubtDecision, type DoubtFacts } from "./model/decide-ambiguous-write.ts";
export { retagTable } from "./retag/decide-retag.table.ts";
export { decideRetag, decideTag, type RetagOutcome, type TagEnd, type TagPlan } from "./retag/decide-retag.ts";
export { revisionTable } from "./model/decide-revision.table.ts";
export { decideRevision, type RevisionDecision, revisionKey } from "./model/decide-revision.ts";
export type { RegistryEntry } from "./model/entry.ts";
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
  RegistryExtensions,
  TagList,
} from "./model/registry.ts";
export type { RetaggedImage, RetaggedTag, RetagInput, RetagPorts, RetagReport } from "./retag/report.ts";
export { retag } from "./retag.ts";
