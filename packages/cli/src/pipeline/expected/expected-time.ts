import { matchesName } from "@lateen/gate/decisions";
import type { CommitSha } from "@lateen/kernel";
import { checkName, gateOf } from "../../config/config.ts";
import type { Job } from "../../job/job.ts";
import type { PipelineState } from "../run-pipeline.ts";

/** Numbers of the last rollouts, and of the last commits, that are read. */
const most = 10;
const mostCommits = 5;

/**
 * Expected duration of the rest of a release, by what came before: the rollout by this journal and the ledgers, the gate by the
 * last runs of its checks. What cannot be read is left out: no verdict is made from it.
 */
export async function expectedTime(job: Job, state: Partial<PipelineState>): Promise<PipelineState["expected"]> {
  const moves = state.fleet?.tenants.some(({ verdict }) => verdict === "planned") === true;
  const waits = state.gate !== undefined && ["wait", "defer"].includes(state.gate.verdict);
  const [rollout, gate] = await Promise.all([
    moves ? rolloutSpan(job).catch(() => undefined) : undefined,
    waits && state.commit !== undefined ? gateSpan(job, state.commit).catch(() => undefined) : undefined,
  ]);
  if (rollout === undefined && gate === undefined) return undefined;
  return { ...(rollout === undefined ? {} : { rollout }), ...(gate === undefined ? {} : { gate }) };
}

/** The last rollouts that moved tenants; of a commit that both know, the journal's is taken. */
async function rolloutSpan(job: Job): Promise<Span | undefined> {
  const times = new Map<string, { readonly at: number; readonly ms: number }>();
  const [target] = job.settings.config.promote?.targets ?? [];
  const ledger = target === undefined ? undefined : await job.wiring.ledger(target.name);
  const entries = await ledger?.entries(most, job.signal);
  for (const { entry } of entries?.kind === "found" ? entries.value : [])
    if (entry.fleet.verified && entry.fleet.tookMs !== undefined)
      times.set(entry.commit, { at: Date.parse(entry.at), ms: entry.fleet.tookMs });
  const { pastRollouts } = await job.wiring.fleet();
  for (const { sha, outcome, startedAt, finishedAt } of await pastRollouts())
    if (outcome === "shipped") times.set(sha, { at: finishedAt, ms: finishedAt - startedAt });
  const newest = [...times.values()].toSorted((one, other) => other.at - one.at).slice(0, most);
  return spanOf(newest.map(({ ms }) => ms));
}

/** From the first row of a required check or workflow to the last, on the newest commits but this. */
async function gateSpan(job: Job, commit: CommitSha): Promise<Span | undefined> {
  const { forge: section } = job.settings.config;
  const gate = gateOf(job.settings.config);
  if (section === undefined || gate === undefined) return undefined;
  const forge = await job.wiring.forge();
  const recent = await forge.recent(section.branch, mostCommits * 2, job.signal);
  if (recent.kind !== "found") return undefined;
  const commits = recent.value.filter(({ sha }) => sha !== commit).slice(0, mostCommits);
  const names = gate.checks.map(checkName);
  const times = await Promise.all(
    commits.map(async ({ sha }) => {
      const checks = names.length === 0 ? undefined : await forge.checks(sha, job.signal);
      const runs = await Promise.all(gate.workflows.map(({ file }) => forge.runs(sha, file, job.signal)));
      return durationOf([
        ...(checks?.kind === "found"
          ? checks.value.filter((row) => names.some((name) => matchesName(name, row.name)))
          : []),
        ...runs.flatMap((reading) => (reading.kind === "found" ? reading.value : [])),
      ]);
    }),
  );
  return spanOf(times.filter((ms) => ms !== undefined));
}

/** Times of a check or a run, ISO 8601; `""` if it does not report them. */
interface Row {
  readonly createdAt?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly updatedAt: string;
}

/** Milliseconds from the first to the last of `rows`; undefined while one is open or none has times. */
export function durationOf(rows: readonly Row[]): number | undefined {
  const instants = rows.flatMap(({ startedAt = "", createdAt = "", updatedAt }) =>
    [createdAt, startedAt, updatedAt].map((text) => Date.parse(text)).filter((at) => at > 0),
  );
  if (instants.length < 2) return undefined;
  const took = Math.max(...instants) - Math.min(...instants);
  return took > 0 ? took : undefined;
}

/** Recent durations, in milliseconds. */
export interface Span {
  readonly medianMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Number of known durations. */
  readonly of: number;
}

/** Median and range of `times`; undefined without any. */
export function spanOf(times: readonly number[]): Span | undefined {
  const sorted = times.filter((ms) => Number.isFinite(ms) && ms >= 0).toSorted((one, other) => one - other);
  const [first] = sorted;
  const last = sorted.at(-1);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  if (first === undefined || last === undefined || low === undefined || high === undefined) return undefined;
  return { medianMs: (low + high) / 2, fromMs: first, toMs: last, of: sorted.length };
}
