import { type AnyEvent, type Settings, type Wiring, wire } from "@lateen/cli/pipeline";
import type { Journal } from "@lateen/fleet";
import type { EndHook } from "../store/end.ts";

/** A fleet that the service may roll: an environment of a configuration, or what a control plane hands in. */
export interface ServiceFleet {
  readonly settings: Settings;
  /** Makes the adapters of one run. @default those that the settings ask for */
  readonly wire?: ((parts: FleetParts) => Wiring) | undefined;
}

/** Dependencies that a run gives to its adapters. */
export interface FleetParts {
  readonly settings: Settings;
  readonly journal: Journal | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly report: (event: AnyEvent) => void;
  /** The header `traceparent` of calls to the control plane. */
  readonly traceparent?: (() => string) | undefined;
}

/** The adapters of one run of `fleet`. */
export function wireFleet(fleet: ServiceFleet, parts: Omit<FleetParts, "settings">): Wiring {
  const all = { ...parts, settings: fleet.settings };
  if (fleet.wire !== undefined) return fleet.wire(all);
  const { journal, ...others } = all;
  return journal === undefined ? wire(others) : wire({ ...others, journal });
}

export function hooksOf(settings: Settings | undefined): readonly EndHook[] {
  return settings?.config.service?.webhooks ?? [];
}
