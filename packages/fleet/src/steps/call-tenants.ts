import { type Slug } from "@lateen/kernel";
import type { CallSettings, Redeployment } from "../ports/control-plane.ts";
import type { CallFault, RowVerdict } from "../engine/journal-entry.ts";
import { decideRow } from "../coverage/decide-row.ts";
import { observe } from "./observe.ts";
import type { Run } from "./run.ts";
import { isNonEmpty, type Tenant } from "../ports/tenant.ts";

/**
 * Pauses before the second, third and fourth try of a call that met a transient fault, in milliseconds.
 *
 * Source: the first fleets' clients; one 502 on the canary had halted a fleet, three tries with these pauses never did.
 */
export const retryDelaysMs: readonly number[] = [5_000, 10_000, 20_000];

/**
 * Asks the control plane to move tenants, and writes down what it says.
 *
 * Each sending has its own durable intent. A transient fault is tried again, but only for tenants that do not show the target
 * meanwhile; every other fault leaves the tenants in doubt, to be looked at.
 */
export async function callTenants(run: Run, waveName: string, slugs: readonly Slug[]): Promise<void> {
  let left = slugs;
  for (let attempt = 1; ; attempt++) {
    const tenants = tenantsOf(run, left);
    if (!isNonEmpty(tenants)) return;
    const call = run.state.lastCall + 1;
    await run.record({ type: "tenants-posted", call, wave: waveName, slugs: left, attempt });
    const stage = run.state.waves.get(waveName)?.stage;
    const answer = await run.ports.controlPlane.redeploy(
      tenants,
      stage?.release ?? run.input.release,
      settingsFor(run, waveName, left),
    );
    const delayMs = answer.kind === "transient" ? retryDelaysMs[attempt - 1] : undefined;
    await write(run, call, answer, left, delayMs);
    if (answer.kind !== "transient" || delayMs === undefined) return;
    run.ports.report?.({ type: "call-retried", call, code: answer.cause.code, delayMs, slugs: left });
    const off = (await pause(run, delayMs)) && !hasStopped(run) ? await stillOff(run, waveName, left) : [];
    const again = new Set(off);
    const settled = left.filter((slug) => !again.has(slug));
    left = off;
    if (settled.length > 0) await run.record({ type: "retries-ended", slugs: settled });
  }
}

/** A canary tolerates nobody; later calls get what is left of the budget, so that the control plane stops when we would. */
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
  if (answer.kind === "answered") {
    const rows = rowsFor(answer.rows, asked, run.policy.legacyControlPlane);
    const message = answer.message === undefined ? {} : { message: answer.message };
    return run.record({ type: "call-answered", call, ok: answer.ok, rows, ...message });
  }
  const fault: CallFault = answer.kind === "transient" && delayMs === undefined ? "exhausted" : answer.kind;
  const { code, message, category } = answer.cause;
  await run.record({ type: "call-failed", call, fault, code, message });
  // Credentials that are refused before anything moved are an error of the setup, not a mixed fleet.
  if (fault === "refused" && category === "auth" && run.state.moved === 0) throw answer.cause;
}

/** Rows for tenants that nobody asked for say nothing. */
function rowsFor(
  rows: Extract<Redeployment, { kind: "answered" }>["rows"],
  asked: readonly Slug[],
  legacy: boolean,
): readonly (readonly [slug: Slug, verdict: RowVerdict, reason?: string])[] {
  const wanted = new Set(asked);
  return rows
    .filter((row) => wanted.has(row.slug))
    .map(({ slug, reason, ...row }) => {
      const verdict = decideRow(row, legacy);
      return reason === undefined ? ([slug, verdict] as const) : ([slug, verdict, reason] as const);
    });
}

/** What has happened elsewhere during a pause may have ended the rollout: then nobody is sent once more. */
function hasStopped({ state }: Run): boolean {
  return state.stop !== undefined && !state.returning;
}

async function pause(run: Run, delayMs: number): Promise<boolean> {
  const ended = await run.ports.clock.sleep(delayMs, run.signal).then(
    () => true,
    () => false,
  );
  return ended && run.signal?.aborted !== true;
}

/** A gateway may give up on a call that took effect behind it: whoever shows the target is not posted again. */
async function stillOff(run: Run, waveName: string, slugs: readonly Slug[]): Promise<readonly Slug[]> {
  const release = run.state.waves.get(waveName)?.stage.release ?? run.input.release;
  const looks = await observe(tenantsOf(run, slugs), { ...run.observing(release), proofs: 1, patienceMs: () => 0 });
  return slugs.filter((slug) => looks.get(slug)?.proven !== true);
}

function tenantsOf(run: Run, slugs: readonly Slug[]): readonly Tenant[] {
  return slugs.flatMap((slug) => run.state.tenants.get(slug)?.tenant ?? []);
}
