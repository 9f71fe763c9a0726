import { formatDuration, plainText } from "@lateen/kernel";
import { table } from "../output/answer.ts";
import { policyDefaults } from "./shown-defaults.ts";
import { isRecord } from "./layers.ts";
import type { Settings } from "./load.ts";
import { formatKey } from "./problem.ts";
import type { SecretDestination } from "./secret-destinations.ts";

/** One value of the configuration and where it comes from; secrets are shown as the place that holds them. */
export interface ShownValue {
  readonly key: string;
  readonly value: string | number | boolean;
  readonly source: string;
}

/** Keys whose numbers are durations. */
const durations: ReadonlySet<string> = new Set([
  "timeout",
  "poll",
  "settle",
  "appearWithin",
  "soak",
  "interval",
  "every",
  "for",
  "maxAge",
  "deadline",
]);

/** Every value that is in force, one by one: those of the file and the environment, then the defaults of its sections. */
export function flattenSettings(settings: Settings): readonly ShownValue[] {
  const set = flatten(settings, settings.config, []);
  const keys = new Set(set.map(({ key }) => key));
  const { fleet } = settings.config;
  const isPaced = fleet?.batch !== undefined || fleet?.waves !== undefined || fleet?.window !== undefined;
  const open = Object.entries(policyDefaults()).filter(([key]) => {
    const section = key.split(".")[0] as keyof Settings["config"];
    return isRecord(settings.config[section]) && !keys.has(key) && !(key === "fleet.batch" && isPaced);
  });
  const filled = open.map(([key, value]) => ({ key, value, source: "default" }));
  return [...set, ...filled].toSorted((a, b) => sectionOf(a) - sectionOf(b));

  function sectionOf({ key }: ShownValue): number {
    return Object.keys(settings.config).indexOf(key.split(/[.[]/)[0] ?? "");
  }
}

/** `key  value`, and the source if it is asked for. */
export function formatSettings(values: readonly ShownValue[], withSources: boolean): string {
  return table(
    values.map(({ key, value, source }) => [key, plainText(String(value), 200), ...(withSources ? [source] : [])]),
  );
}

/** Lists each secret with the host that it goes to. */
export function formatSecrets(secrets: readonly SecretDestination[]): string {
  if (secrets.length === 0) return "";
  return `secrets, and where they go:\n${table(secrets.map(({ secret, to, key }) => [secret, to, key].map((cell) => plainText(cell, 200))))}`;
}

function flatten(settings: Settings, value: unknown, path: readonly PropertyKey[]): ShownValue[] {
  if (value === undefined || value === null) return [];
  // An image reference is one value, however many parts it has.
  if (isRecord(value) && typeof value["repository"] === "string" && "path" in value)
    return flatten(settings, value["repository"], path);
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => flatten(settings, item, [...path, index]));
  if (isRecord(value)) return Object.entries(value).flatMap(([key, item]) => flatten(settings, item, [...path, key]));
  return [{ key: formatKey(path), value: shown(value, path.at(-1)), source: settings.sourceOf(path) }];
}

function shown(value: unknown, key: PropertyKey | undefined): ShownValue["value"] {
  if (typeof value === "number" && durations.has(String(key))) return formatDuration(value);
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}
