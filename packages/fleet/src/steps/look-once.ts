import type { Slug } from "@lateen/kernel";
import type { RolloutEvent } from "../engine/journal-entry.ts";
import { type Observation, observe, type ObserveOptions } from "./observe.ts";
import type { Run } from "./run.ts";

/** Options for a single look. */
export function oneLook(options: ObserveOptions): ObserveOptions {
  return { ...options, matches: 1, patienceMs: () => 0 };
}

/**
 * Looks once at tenants that were proven, and records as failed those that were in `suspects` already.
 *
 * One bad look is a dropped packet; a second one in a row, an interval later, is a failure. The answer is the new suspects. A
 * tenant whose host asks for a pause was not seen, so nothing is concluded.
 */
export async function lookAtProven(
  run: Run,
  slugs: readonly Slug[],
  suspects: ReadonlySet<Slug>,
  what: string,
  samples = run.policy.verify.samples,
): Promise<ReadonlySet<Slug>> {
  const tenants = slugs.flatMap((slug) => run.state.tenants.get(slug)?.tenant ?? []);
  const looks = [
    ...(
      await observe(tenants, {
        ...oneLook(run.observing(run.input.release)),
        samples: () => samples,
        calledOff: run.watching,
      })
    ).values(),
  ];
  for (const look of looks) if (look.proven) run.seenAt.set(look.slug, look.at);
  const bad = looks.filter((look) => !look.proven && look.throttled !== true);
  for (const { slug } of bad) run.seenAt.delete(slug);
  const failed = bad.filter((look) => suspects.has(look.slug));
  if (failed.length > 0) await run.record(...failed.map((look) => failure(look, what)));
  return new Set(bad.filter((look) => !suspects.has(look.slug)).map((look) => look.slug));
}

function failure({ slug, sha, reason = "not on target" }: Observation, what: string): RolloutEvent {
  return { type: "tenant-failed", slug, reason: `${what}: ${reason}`, ...(sha === undefined ? {} : { sha }) };
}
