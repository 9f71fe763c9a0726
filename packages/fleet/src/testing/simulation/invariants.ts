import type { Slug, Verdict, Release } from "@lateen/kernel";
import { replay } from "../../engine/reducer.ts";
import { tolerance } from "../../engine/count-or-percent.ts";
import type { FleetReport } from "../../coverage/fleet-report.ts";
import type { RolloutState } from "../../engine/rollout-state.ts";
import type { JournalEntry } from "../../engine/journal-entry.ts";
import type { Tenant } from "../../ports/tenant.ts";
import type { Disk } from "./disk.ts";
import { commits, type Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** A broken invariant, with its name in the list of invariants. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** Memory of the observer of a simulation in addition to the world and the disk. */
export interface Watch {
  readonly scenario: Scenario;
  readonly release: Release;
  readonly world: World;
  readonly disk: Disk;
  /** Tenants that are being moved right now, by call. */
  readonly underway: Map<number, readonly Slug[]>;
  /** Number of times that each tenant was sent forward. */
  readonly posts: Map<Slug, number>;
  /** Tenants that were moved forward for real, and that the control plane said so of. */
  readonly moved: Set<Slug>;
  /** The control plane has said that it moved others than it was asked to. */
  heardOfStrangers: boolean;
  lastPostAt: number;
  /** The guards have been asked, and let the next wave begin, since the last wave began. */
  guardsPassed: boolean;
  /** A guard has said stop in this life. */
  guardStopped: boolean;
}

/** Checks a call of the control plane before it has any effect. @throws Violation */
export function checkPost(watch: Watch, tenants: readonly Tenant[], release: Release): void {
  const { scenario, disk, world } = watch;
  const slugs = tenants.map(({ slug }) => slug);
  const isForward = release.sha === watch.release.sha;
  const state = replay(disk.entries);
  must(slugs.length > 0, "I15 an empty selection was sent");
  must(new Set(slugs).size === slugs.length, "I15 a tenant is twice in one call");
  must(new Set(tenants.map(({ plane }) => plane)).size === 1, "I1 a call mixes control planes");
  for (const slug of slugs) must((world.tenants.get(slug)?.atWork ?? 0) === 0, `I17 ${slug} is in two calls at once`);
  for (const slug of slugs) {
    must(scenario.policy.pinned?.[slug] === undefined, `I1 ${slug} is pinned and was moved`);
    must(!slug.startsWith("e2e-"), `I1 ${slug} is ephemeral and was moved`);
    must(world.tenants.has(slug) && state.tenants.has(slug), `I1 ${slug} was moved without being enumerated`);
  }
  const hasIntent = [...state.calls.values()].some((call) => sameSet(call.slugs, slugs));
  must(hasIntent, "I11 a call has no durable intent");
  if (!isForward) return checkReturn(state.tenants, slugs, release);
  checkForward(watch, slugs);
  checkDeaths(watch, slugs, state);
  checkWidth(watch, slugs, disk.entries);
}

function checkForward(watch: Watch, slugs: readonly Slug[]): void {
  const { disk, scenario, posts, heardOfStrangers } = watch;
  const since = disk.entries.slice(disk.entries.findLastIndex((entry) => entry.type === "rollout-resumed") + 1);
  const stopped = since.find((entry) => entry.type === "guard-stopped" || entry.type === "rollout-interrupted");
  must(!heardOfStrangers, "I3 a tenant was moved after the control plane had moved others than it was asked to");
  must(stopped === undefined && !watch.guardStopped, "I3 a tenant was moved after the rollout had been stopped");
  must(!disk.entries.some((entry) => entry.type === "rollout-halted"), "I3 a tenant was moved forward after a halt");
  must(watch.guardsPassed, "I3 a wave began without the guards having been asked");
  const canary = scenario.policy.canary ?? [];
  const isVerified = provenIn(disk.entries);
  if (!slugs.some((slug) => canary.includes(slug))) {
    must(
      canary.every((slug) => isVerified.has(slug)),
      "I4 the fleet was moved before the canary was proven",
    );
  }
  for (const slug of slugs) {
    must(!isVerified.has(slug), `I12 ${slug} was proven and moved again`);
    const sent = (posts.get(slug) ?? 0) + 1;
    posts.set(slug, sent);
    // Two calls, each with three retries; a process that dies may repeat one of them.
    must(sent <= 8 + scenario.crashes.length, `I12 ${slug} was moved ${sent} times`);
  }
}

/**
 * I18: no wave begins while more tenants are dead of the release than are tolerated, and have been for as long as two looks and the
 * gap between them take. So no more than the tolerance and the waves that were under way are dead when it stops.
 */
function checkDeaths({ scenario, world, release }: Watch, slugs: readonly Slug[], state: RolloutState): void {
  const { clock } = world;
  // The wish for a pause is not seen, and nothing is concluded from it; a second call of a wave is no new wave.
  if (scenario.storms !== undefined || slugs.some((slug) => (state.tenants.get(slug)?.calls ?? 0) > 1)) return;
  const lenient = new Set(state.stages.flatMap(({ stage }) => (stage.lenient ? stage.slugs : [])));
  const twoLooks = 3 * (scenario.policy.verify?.intervalMs ?? 20_000);
  const dead = [...world.tenants].filter(
    ([slug, { deadSince, sha }]) =>
      deadSince !== undefined &&
      sha === release.sha &&
      clock.now() - deadSince > twoLooks &&
      !lenient.has(slug) &&
      state.tenants.get(slug)?.step === "verified",
  );
  const allowed = tolerance(scenario.policy.maxStragglers ?? 0, state.tenants.size);
  must(dead.length <= allowed, `I18 ${dead.length} tenants were dead when a wave began, ${allowed} tolerated`);
}

function provenIn(entries: readonly JournalEntry[]): ReadonlySet<Slug> {
  const proven = new Set<Slug>();
  for (const entry of entries) {
    if (entry.type === "tenant-verified") proven.add(entry.slug);
    if (entry.type === "baseline-read")
      for (const [slug, { kind }] of entry.tenants) if (kind === "done") proven.add(slug);
  }
  return proven;
}

/** I2: no more in flight than the pace allows. */
function checkWidth(watch: Watch, slugs: readonly Slug[], entries: readonly JournalEntry[]): void {
  const { pace = { batch: 3 } } = watch.scenario.policy;
  const { tenants, stages } = replay(entries);
  // A control plane may still be working on a call that was abandoned; a tenant settled by another one is no longer in flight.
  const isOpen = (slug: Slug): boolean => !["verified", "failed"].includes(tenants.get(slug)?.step ?? "");
  const inFlight = new Set([...slugs, ...[...watch.underway.values()].flat().filter(isOpen)]).size;
  const stage = stages.find(({ stage: { slugs: members } }) => slugs.some((slug) => members.includes(slug)))?.stage;
  if (stage === undefined || stage.canary || stage.lenient) return;
  if ("batch" in pace) must(inFlight <= pace.batch, `I2 ${inFlight} in flight, batches of ${pace.batch}`);
  if ("window" in pace) must(inFlight <= pace.window.cap, `I2 ${inFlight} in flight, cap ${pace.window.cap}`);
  if ("waves" in pace) must(inFlight <= stage.slugs.length, `I2 ${inFlight} in flight, wave of ${stage.slugs.length}`);
}

function checkReturn(tenants: ReturnType<typeof replay>["tenants"], slugs: readonly Slug[], release: Release): void {
  for (const slug of slugs) {
    const tenant = tenants.get(slug);
    must(tenant?.moved === true, `I13 ${slug} was moved back and had not been moved`);
    const baseline = tenant?.baseline;
    const before = baseline?.kind === "movable" ? baseline.sha : undefined;
    must(before === release.sha, `I13 ${slug} was moved back to ${release.sha.slice(0, 7)}, not to what it ran`);
  }
}

/** Checks what a life has answered. @throws Violation */
export function checkVerdict(watch: Watch, verdict: Verdict<FleetReport>, refused: boolean): void {
  const report = verdict.value;
  if (report !== undefined) checkAccount(watch, report);
  if (verdict.kind === "go") checkSuccess(watch, verdict.value);
  must(
    !watch.scenario.isFair || verdict.kind === "go" || refused,
    `I16 a fair rollout ended ${verdict.kind === "stop" ? verdict.reason : ""}`,
  );
}

/** I5: every tenant is in the coverage once, and in one list at most. */
function checkAccount(watch: Watch, report: FleetReport): void {
  const slugs = report.tenants.map(({ slug }) => slug);
  must(new Set(slugs).size === slugs.length && slugs.length === report.enumerated, "I5 the account does not add up");
  const off = [...report.stragglers, ...report.quarantined, ...report.unknown];
  must(new Set(off).size === off.length, "I5 a tenant is in two lists");
  must(report.verified + report.ahead + off.length === report.enumerated, "I5 a tenant is in no list");
  const known = replay(watch.disk.entries).tenants;
  for (const slug of known.keys())
    must(slugs.includes(slug), `I5 ${slug} was enumerated and is missing from the account`);
}

/** I6: success means that everyone was seen on target after the last action. */
function checkSuccess(watch: Watch, report: FleetReport): void {
  const { world, scenario } = watch;
  const allowed = tolerance(scenario.policy.maxStragglers ?? 0, report.enumerated);
  const off = [...report.stragglers, ...report.quarantined, ...report.unknown].filter(
    (slug) => !report.pinned.includes(slug) && !report.departed.includes(slug),
  );
  for (const slug of report.departed) {
    const left = world.tenants.get(slug)?.plan.deletedAt;
    must(left !== undefined && world.clock.now() - world.startedAt >= left, `I6 ${slug} is there and called departed`);
    must(!watch.moved.has(slug), `I6 ${slug} was moved, and does not count`);
  }
  must(report.enumerated > 0, "I6 an empty fleet was called a success");
  must(off.length <= allowed, `I6 ${off.length} tenants are off target, ${allowed} tolerated`);
  for (const line of report.tenants) {
    if (line.verdict !== "verified" && line.verdict !== "ahead") continue;
    const tenant = world.tenants.get(line.slug);
    const good = line.verdict === "verified" ? [commits[3]] : [commits[4]];
    must(
      good.includes(tenant?.lastAnswer as never),
      `I6 ${line.slug} is called ${line.verdict} and last said ${tenant?.lastAnswer ?? "nothing"}`,
    );
    must((tenant?.lastProbeAt ?? -1) >= watch.lastPostAt, `I6 ${line.slug} was not looked at after the last move`);
  }
  for (const slug of scenario.policy.canary ?? []) {
    const line = report.tenants.find((tenant) => tenant.slug === slug);
    must(
      line === undefined || line.verdict === "verified" || line.verdict === "ahead",
      `I6 the canary ${slug} is ${line?.verdict ?? ""}`,
    );
  }
}

function sameSet(a: readonly Slug[], b: readonly Slug[]): boolean {
  return a.length === b.length && a.every((slug) => b.includes(slug));
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Violation(what);
}
