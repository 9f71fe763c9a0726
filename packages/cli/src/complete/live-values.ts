import { dirname, join, resolve } from "node:path";
import { isRecord } from "../config/layers.ts";
import type { Settings } from "../config/load.ts";
import type { Context } from "../context.ts";
import { candidateTag } from "../job.ts";
import type { Candidate } from "./candidates.ts";

/** The most commits that are offered. */
const mostCommits = 30;

/** Commits that this clone has had, newest first, with their subjects: git's own log of its refs needs no program. */
export function knownCommits({ host }: Pick<Context, "host">): readonly Candidate[] {
  const git = findGit(host.cwd, host.files.exists);
  if (git === undefined) return [];
  const logs = ["logs/HEAD", "logs/refs/remotes/origin/main"]
    .map((name) => join(git, name))
    .filter((path) => host.files.exists(path));
  const seen = new Map<string, string>();
  for (const line of logs.flatMap((path) => host.files.read(path).trimEnd().split("\n")).toReversed()) {
    const [, sha, subject = ""] = /^[0-9a-f]{40} ([0-9a-f]{40}) [^\t]*\t(.*)$/.exec(line) ?? [];
    if (sha !== undefined && !seen.has(sha)) seen.set(sha, subject.replace(/^[a-z ()-]+: /, ""));
  }
  return [...seen].slice(0, mostCommits).map(([sha, subject]) => ({ value: sha.slice(0, 12), about: subject }));
}

/** Images and tags that the configuration names, with the candidates of known commits. */
export async function knownImages(context: Pick<Context, "host" | "settings">): Promise<readonly Candidate[]> {
  const settings = await quietSettings(context);
  const { release, promote } = settings?.config ?? {};
  const tags = promote?.targets.flatMap((target) => target.tags) ?? [];
  const commits = knownCommits(context).slice(0, 10);
  return (release?.images ?? []).flatMap(({ repository }) => [
    ...tags.map((tag) => ({ value: `${repository}:${tag}`, about: "promoted" })),
    ...commits.map(({ value, about }) => ({
      value: `${repository}:${candidateTag(release?.candidate ?? "", value)}`,
      about,
    })),
  ]);
}

/** Tenants of the last rollout, by its journal, and the canaries. */
export async function knownTenants(context: Pick<Context, "host" | "settings">): Promise<readonly Candidate[]> {
  const settings = await quietSettings(context);
  const fleet = settings?.config.fleet;
  if (settings === undefined || fleet === undefined) return [];
  const path = join(resolve(settings.folder, fleet.journal), "rollout.jsonl");
  const lines = context.host.files.exists(path) ? context.host.files.read(path).split("\n") : [];
  const slugs = lines.flatMap((line) => (line.includes('"fleet-enumerated"') ? slugsOf(line) : []));
  const canaries = fleet.canary.map((slug): Candidate => ({ value: slug, about: "canary" }));
  return [
    ...canaries,
    ...[...new Set(slugs)]
      .filter((slug) => !fleet.canary.some((canary) => canary === slug))
      .map((value) => ({ value, about: "tenant" })),
  ];
}

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

/** Completion says nothing about a configuration that does not hold. */
function quietSettings(context: Pick<Context, "settings">): Promise<Settings | undefined> {
  return context.settings().catch(() => undefined);
}

function findGit(folder: string, exists: (path: string) => boolean): string | undefined {
  for (let here = folder; ; here = dirname(here)) {
    if (exists(join(here, ".git", "HEAD"))) return join(here, ".git");
    if (dirname(here) === here) return undefined;
  }
}
