import { join } from "node:path";
import type { Clock } from "@lateen/kernel";
import { isRecord } from "../../config/layers.ts";
import type { Host } from "../../host.ts";
import type { Candidate } from "./candidate.ts";
import { decideRecall } from "./decide-recall.ts";

/** What servers have said lately, so that the next TAB need not ask them. */
export interface Memory {
  /** What is remembered of a server, and whether it may be used without asking. */
  recall(key: string): { readonly candidates: readonly Candidate[]; readonly mayBeUsed: boolean } | undefined;
  /** Keeps an answer; undefined is a server that gave none. A file that cannot be written is no error. */
  remember(key: string, candidates: readonly Candidate[] | undefined): void;
}

/** Longest file in bytes; a longer one was not written here. */
const longestFile = 2 * 1024 * 1024;

/** Servers that are remembered at most, the newest first. */
const mostEntries = 20;

/** What is offered is for the user's eyes only: names of tenants are nobody else's business. */
const ownersOnly = 0o600;

interface Entry {
  readonly at: number;
  readonly failedAt?: number | undefined;
  readonly candidates: readonly Candidate[];
}

/**
 * The memory in the user's folder for caches, or none where there is no such folder. It holds what was offered and no secret.
 *
 * Source: XDG Base Directory Specification, `XDG_CACHE_HOME`; Windows has `LOCALAPPDATA`.
 */
export function openMemory({ env, files, clock }: Pick<Host, "env" | "files" | "clock">): Memory {
  const path = pathOf(env);
  if (path === undefined) return { recall: () => undefined, remember: () => undefined };
  const entries = readEntries(path, files, clock);
  return {
    recall(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      return { candidates: entry.candidates, mayBeUsed: decisionOf(entry, clock) === "use" };
    },
    remember(key, candidates) {
      const now = clock.now();
      const before = entries.get(key) ?? { at: 0, candidates: [] };
      entries.delete(key);
      entries.set(key, candidates === undefined ? { ...before, failedAt: now } : { at: now, candidates });
      try {
        files.replace(path, format([...entries].slice(-mostEntries)), ownersOnly);
      } catch {
        // A home that cannot be written to has no memory.
      }
    },
  };
}

function pathOf(env: Host["env"]): string | undefined {
  const { XDG_CACHE_HOME: own = "", LOCALAPPDATA: local = "", HOME: home = "" } = env;
  const folder = own !== "" ? own : local !== "" ? local : home !== "" ? join(home, ".cache") : undefined;
  return folder === undefined ? undefined : join(folder, "lateen", "completion.json");
}

function decisionOf({ at, failedAt }: Entry, clock: Clock): ReturnType<typeof decideRecall> {
  const now = clock.now();
  return decideRecall({ ageMs: now - at, failedMs: failedAt === undefined ? undefined : now - failedAt });
}

/** A file that is torn, or that something else wrote, holds nothing. */
function readEntries(path: string, files: Host["files"], clock: Clock): Map<string, Entry> {
  try {
    const document: unknown = JSON.parse(files.read(path, longestFile));
    const rows = isRecord(document) && document["schemaVersion"] === 1 ? document["entries"] : [];
    const entries = (Array.isArray(rows) ? rows : []).flatMap(readEntry);
    return new Map(entries.filter(([, entry]) => decisionOf(entry, clock) !== "forget"));
  } catch {
    return new Map();
  }
}

function readEntry(row: unknown): readonly (readonly [string, Entry])[] {
  if (!isRecord(row)) return [];
  const { key, at, failedAt, candidates } = row;
  if (typeof key !== "string" || typeof at !== "number" || !Array.isArray(candidates)) return [];
  const kept = (candidates as readonly unknown[]).flatMap((pair) => {
    const [value, about] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    return typeof value === "string" && typeof about === "string" ? [{ value, about }] : [];
  });
  return [[key, { at, failedAt: typeof failedAt === "number" ? failedAt : undefined, candidates: kept }]];
}

function format(entries: readonly (readonly [string, Entry])[]): string {
  const rows = entries.map(([key, { at, failedAt, candidates }]) => ({
    key,
    at,
    failedAt,
    candidates: candidates.map(({ value, about }) => [value, about]),
  }));
  return JSON.stringify({ schemaVersion: 1, entries: rows });
}
