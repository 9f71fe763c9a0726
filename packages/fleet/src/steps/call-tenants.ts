import type { Release, Slug } from "@lateen/kernel";
import type { CallSettings, Redeployment, TenantRow } from "../ports/control-plane.ts";
import type { CallFault, RolloutEvent, RowVerdict } from "../engine/journal-entry.ts";
import { decideRow } from "../coverage/decide-row.ts";
import { decideRetry } from "./decide-call-retry.ts";
import { oneLook } from "./look-once.ts";
import { observe } from "./observe.ts";
import { recordDeparted } from "./record-departed.ts";
import type { Run } from "./run.ts";
import { isNonEmpty, type Tenant } from "../ports/tenant.ts";

/**
 * Asks the control plane to move tenants, and writes down what it says.
 *
 * Each sending has its own durable intent. A call that certainly had no effect is sent again, but only for tenants that do not show
 * the target by then; every other fault leaves the tenants in doubt, to be looked at.
 */
export async function callTenants(run: Run, waveName: string, slugs: readonly Slug[]): Promise<void> {
  const { clock } = run.ports;
  const release = run.state.waves.get(waveName)?.stage.release ?? run.input.release;
  const tries = { transients: 0, busy: 0, busySince: 0 };
  let left = slugs;
  for (let attempt = 1; ; attempt++) {
    const tenants = tenantsOf(run, left);
    if (!isNonEmpty(tenants)) return;
    const call = run.state.lastCall + 1;
    await run.record({ type: "tenants-posted", call, wave: waveName, slugs: left, attempt });
    const answer = await run.ports.controlPlane.redeploy(tenants, release, settingsFor(run, waveName, left));
    if (answer.kind === "busy" && tries.busy === 0) tries.busySince = clock.now();
    const busyForMs = tries.busy === 0 ? 0 : clock.now() - tries.busySince;
    const delayMs = decideRetry(answer, { ...tries, busyForMs }, run.policy.verify);
    await write(run, call, answer, left, delayMs);
    if (answer.kind === "answered") await lookForDeparted(run, release, answer, left);
    if ((answer.kind !== "transient" && answer.kind !== "busy") || delayMs === undefined) return;
    tries[answer.kind === "busy" ? "busy" : "transients"] += 1;
    const { code, message } = answer.cause;
    run.tell({ type: "call-retried", call, code, message, delayMs, slugs: left });
    const off = (await pause(run, delayMs)) && !hasStopped(run) ? await stillOff(run, release, left) : [];
    // The look took its time: what was stopped or paused in it is not sent either.
    const again = new Set(hasStopped(run) ? [] : off);
    const settled = left.filter((slug) => !again.has(slug));
    left = left.filter((slug) => again.has(slug));
    if (settled.length > 0) await run.record({ type: "retries-ended", slugs: settled });
  }
}

/** A canary tolerates no failure; later calls get what is left of the budget, so that the control plane stops when we would. */
function settingsFor(run: Run, waveName: string, slugs: readonly Slug[]): CallSettings {
  const stage = run.state.waves.get(waveName)?.stage;
  const budget = Math.max(0, run.limits.tolerance - run.state.failures);
  const maxStragglers = stage?.canary === true ? 0 : stage?.lenient === true ? slugs.length : budget;
  return { soakMs: 0, batch: slugs.length, maxStragglers };
}

async function write(
  run: Run,
  call: number,
  answer: Redeployment,
  asked: readonly Slug[],
  delayMs: number | undefined,
): Promise<void> {
  if (answer.kind === "answered") return run.record(answered(run, call, answer, asked));
  const fault = faultOf(answer.kind, delayMs);
  const { code, message, category } = answer.cause;
  await run.record({ type: "call-failed", call, fault, code, message });
  // Credentials that are refused before anything moved are an error of the setup, not a mixed fleet.
  if (fault === "refused" && category === "auth" && run.state.moved === 0) throw answer.cause;
}

/** A fault that is not retried any more is a final one: of a busy control plane it is known that nothing happened. */
function faultOf(kind: Exclude<Redeployment["kind"], "answered">, delayMs: number | undefined): CallFault {
  if (kind === "transient" && delayMs === undefined) return "exhausted";
  return kind === "busy" && delayMs === undefined ? "refused" : kind;
}

function answered(
  run: Run,
  call: number,
  answer: Extract<Redeployment, { kind: "answered" }>,
  asked: readonly Slug[],
): RolloutEvent {
  const wanted = new Set<string>(asked);
  const legacy = run.policy.legacyControlPlane;
  const rows = answer.rows
    .filter((row) => wanted.has(row.slug))
    .map(({ slug, reason, ...row }): readonly [slug: Slug, verdict: RowVerdict, reason?: string] =>
      reason === undefined ? [slug, decideRow(row, legacy)] : [slug, decideRow(row, legacy), reason],
    );
  const strangers = answer.rows.filter((row) => !wanted.has(row.slug) && wasMoved(row)).map((row) => row.slug);
  return {
    type: "call-answered",
    call,
    ok: answer.ok,
    rows,
    ...(strangers.length === 0 ? {} : { strangers }),
    ...(answer.message === undefined ? {} : { message: answer.message }),
  };
}

/** Tenants without a row in an answer that has rows for others: who left the fleet is not waited for. */
async function lookForDeparted(
  run: Run,
  release: Release,
  { rows }: Extract<Redeployment, { kind: "answered" }>,
  asked: readonly Slug[],
): Promise<void> {
  const named = new Set(rows.map(({ slug }) => slug));
  const left = rows.length === 0 ? [] : asked.filter((slug) => !named.has(slug));
  if (left.length === 0) return;
  const looks = await observe(tenantsOf(run, left), { ...oneLook(run.observing(release)), samples: () => 1 });
  const silent = left.filter((slug) => looks.get(slug)?.verdict === "unreachable");
  await recordDeparted(run, silent);
}

/** A row for a tenant that the call did not name is noise, unless it says that the tenant was moved. */
function wasMoved(row: TenantRow): boolean {
  return row.commandOk === true && !row.hasError;
}

/** True if an event elsewhere has stopped or paused the rollout: then nothing is sent once more. */
function hasStopped({ state }: Run): boolean {
  return (state.stop !== undefined || state.paused !== undefined) && !state.returning;
}

/** False if the rollout is called off during it; a stop ends it too, unless the call is part of the way back. */
async function pause(run: Run, delayMs: number): Promise<boolean> {
  const off = run.state.returning ? run.signal : run.watching;
  const ended = await run.ports.clock.sleep(delayMs, off).then(
    () => true,
    () => false,
  );
  return ended && off?.aborted !== true;
}

/** A gateway may give up on a call that took effect behind it: a tenant that shows the target is not posted again. */
async function stillOff(run: Run, release: Release, slugs: readonly Slug[]): Promise<readonly Slug[]> {
  const looks = await observe(tenantsOf(run, slugs), oneLook(run.observing(release)));
  return slugs.filter((slug) => looks.get(slug)?.proven !== true);
}

function tenantsOf(run: Run, slugs: readonly Slug[]): readonly Tenant[] {
  return slugs.flatMap((slug) => run.state.tenants.get(slug)?.tenant ?? []);
}
