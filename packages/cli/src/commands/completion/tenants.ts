import { join, resolve } from "node:path";
import type { FleetConfig } from "../../config/config.ts";
import { isRecord, tryJson } from "../../config/layers.ts";
import type { Settings } from "../../config/load.ts";
import { readIfThere } from "../../io/files.ts";
import type { Candidate } from "./candidate.ts";
import type { CompletionContext } from "./context.ts";

/** Longest journal that is looked through, in bytes. */
const longestJournal = 16 * 1024 * 1024;

/** Tenants after those that were named already: the list is separated by commas, and no name is offered twice. */
export async function offerTenants(context: CompletionContext, typed: string): Promise<readonly Candidate[]> {
  const lead = typed.slice(0, typed.lastIndexOf(",") + 1);
  const named = lead.split(",");
  const tenants = await knownTenants(context);
  return tenants
    .filter(({ value }) => !named.includes(value))
    .map(({ value, about }) => ({ value: lead + value, about }));
}

/** The canaries, then the fleet as the journal of the last rollout has it. */
async function knownTenants(context: CompletionContext): Promise<readonly Candidate[]> {
  const settings = await context.settings();
  const fleet = settings?.config.fleet;
  if (settings === undefined || fleet === undefined) return [];
  const canaries = fleet.canary.map((slug): Candidate => ({ value: slug, about: "canary" }));
  const tenants = inJournal(context, settings, fleet);
  return [...canaries, ...tenants.filter(({ value }) => !fleet.canary.some((slug) => slug === value))];
}

function inJournal({ host }: CompletionContext, { folder }: Settings, { journal }: FleetConfig): readonly Candidate[] {
  const text = readIfThere(host.files, join(resolve(folder, journal), "rollout.jsonl"), longestJournal) ?? "";
  const lines = text.split("\n").filter((line) => line.includes('"fleet-enumerated"'));
  return [...new Set(lines.flatMap(slugsOf))].map((value) => ({ value, about: "tenant of the last rollout" }));
}

/** The last line of a journal may be torn. */
function slugsOf(line: string): readonly string[] {
  const entry = tryJson(line);
  const tenants = isRecord(entry) && Array.isArray(entry["tenants"]) ? (entry["tenants"] as readonly unknown[]) : [];
  return tenants.flatMap((tenant) => (isRecord(tenant) && typeof tenant["slug"] === "string" ? [tenant["slug"]] : []));
}
