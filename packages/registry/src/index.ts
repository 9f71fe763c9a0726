export type { RegistryEvent } from "./events.ts";
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
} from "./registry.ts";
