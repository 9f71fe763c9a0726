import { join, resolve } from "node:path";
import { type CommitSha, parseCommitSha } from "@lateen/kernel";
import type { FleetConfig } from "../../config/config.ts";
import { isRecord } from "../../config/layers.ts";
import type { Settings } from "../../config/load.ts";
import { candidateTag } from "../../job/job.ts";
import type { Candidate } from "./candidate.ts";
import { clonedCommits, knownCommits } from "./commits.ts";
import type { Inquiry } from "./inquiry.ts";

/** Longest journal that is looked through, in bytes. */
const longestJournal = 16 * 1024 * 1024;

/** Tenants after those that were named already: the list is separated by commas, and no name is offered twice. */
export async function offerTenants(inquiry: Inquiry, typed: string): Promise<readonly Candidate[]> {
  const lead = typed.slice(0, typed.lastIndexOf(",") + 1);
  const named = lead.split(",");
  const tenants = await knownTenants(inquiry);
  return tenants
    .filter(({ value }) => !named.includes(value))
    .map(({ value, about }) => ({ value: lead + value, about }));
}

/** The canaries, then the fleet as its control planes enumerate it, or as the journal of the last rollout has it. */
async function knownTenants(inquiry: Inquiry): Promise<readonly Candidate[]> {
  const settings = await inquiry.settings();
  const fleet = settings?.config.fleet;
  if (settings === undefined || fleet === undefined) return [];
  const live = await enumerate(inquiry, settings, fleet);
  const tenants = live.length > 0 ? live : inJournal(inquiry, settings, fleet);
  const canaries = fleet.canary.map((slug): Candidate => ({ value: slug, about: "canary" }));
  return [...canaries, ...tenants.filter(({ value }) => !fleet.canary.some((slug) => slug === value))];
}

async function enumerate(inquiry: Inquiry, { config }: Settings, fleet: FleetConfig): Promise<readonly Candidate[]> {
  const planes = fleet.controlPlanes.map(({ url }) => url).join(" ");
  return await inquiry.live(`tenants ${planes}`, async (wiring, signal) => {
    const sha = await nameCommit(inquiry);
    if (sha === undefined || config.release === undefined) return undefined;
    const { controlPlane } = await wiring.fleet();
    const release = { sha, digests: {}, tag: candidateTag(config.release.candidate, sha) };
    // An enumeration is a dry run of a rollout, which wants to know how it would go on; none of this selects tenants.
    const settings = { soakMs: fleet.soak, batch: fleet.batch ?? 1, maxStragglers: 0 };
    const reading = await controlPlane.enumerate(release, settings, signal);
    if (reading.kind !== "found") return undefined;
    return reading.value.map(({ slug, plane, tags = [] }) => ({
      value: slug,
      about: ["tenant of", plane, ...tags].join(" "),
    }));
  });
}

/** The commit that was typed, or any: the fleet is the same for all of them, and one of a clone costs no time. */
async function nameCommit(inquiry: Inquiry): Promise<CommitSha | undefined> {
  const typed = (inquiry.given("sha") ?? "").toLowerCase();
  if (/^[0-9a-f]{40}$/.test(typed)) return parseCommitSha(typed);
  const cloned = await clonedCommits(inquiry);
  const commits = cloned.length > 0 ? cloned : await knownCommits(inquiry);
  const meant = commits.find(({ value }) => typed.length >= 7 && value.startsWith(typed)) ?? commits[0];
  return meant === undefined ? undefined : parseCommitSha(meant.value);
}

function inJournal({ host }: Inquiry, { folder }: Settings, { journal }: FleetConfig): readonly Candidate[] {
  try {
    const text = host.files.read(join(resolve(folder, journal), "rollout.jsonl"), longestJournal);
    const lines = text.split("\n").filter((line) => line.includes('"fleet-enumerated"'));
    return [...new Set(lines.flatMap(slugsOf))].map((value) => ({ value, about: "tenant of the last rollout" }));
  } catch {
    return [];
  }
}

/** The last line of a journal may be torn. */
function slugsOf(line: string): readonly string[] {
  try {
    const entry: unknown = JSON.parse(line);
    const tenants = isRecord(entry) && Array.isArray(entry["tenants"]) ? (entry["tenants"] as readonly unknown[]) : [];
    return tenants.flatMap((tenant) =>
      isRecord(tenant) && typeof tenant["slug"] === "string" ? [tenant["slug"]] : [],
    );
  } catch {
    return [];
  }
}
