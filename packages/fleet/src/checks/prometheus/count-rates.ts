import { absent, found, type Reading, ReleaseError, type Slug } from "@lateen/kernel";
import type { CheckContext, Counts, Measurement } from "../check.ts";
import type { PrometheusClient } from "./client.ts";
import { rangeMsOf, selectorsOf } from "./promql.ts";
import { oldestAt, type Series } from "./read-series.ts";
import { bySlug } from "./read-values.ts";
import { createSampleAge } from "./sample-age.ts";

/** Counts of moved tenants and of what they are compared with, one span at a time. */
export interface RateCounter {
  /** Span that one look covers, in milliseconds. */
  readonly rangeMs: number;
  observe(context: CheckContext, signal: AbortSignal): Promise<Reading<Measurement>>;
}

/** How far back the moved tenants' own past is read, in milliseconds. */
const pastMs = 3_600_000;
/** Maximum spans of that hour that are asked for, evenly chosen: each is two queries. */
const maxSpans = 120;

/**
 * Counts failures and trials by two queries.
 *
 * The control group is every tenant that is not moved yet. Without one it is the moved tenants' own hour before: that hour is cut
 * into spans of the range, and every look takes as many of them as are left for it, none of them twice, because a control that is
 * used twice would count its chance twice.
 * @throws ReleaseError `CHECK_QUERY_INVALID`
 */
export function createRateCounter(
  client: PrometheusClient,
  { failures, trials }: { readonly failures: string; readonly trials: string },
): RateCounter {
  const rangeMs = rangeOf([failures, trials]);
  const age = createSampleAge(client, `${failures} / ${trials}`);
  const read = async (signal: AbortSignal, at?: number): Promise<Groups> => {
    const [failed, tried] = await Promise.all([
      client.instant(failures, signal, at),
      client.instant(trials, signal, at),
    ]);
    return { failures: groupsOf(failed), trials: groupsOf(tried), at: oldestAt(tried) };
  };
  return {
    rangeMs,
    async observe(context, signal) {
      const now = await read(signal);
      const moved = countsOf(now, context.moved, "every");
      if (moved.kind !== "found") return moved;
      const against = context.unmoved.length > 0 ? "not moved" : "their own hour before";
      const control =
        context.unmoved.length > 0
          ? countsOf(now, context.unmoved, "known")
          : await pastOf(context, rangeMs, (at) => read(signal, at));
      if (control.kind !== "found") return control;
      const oldest = await age(signal);
      if (Number.isNaN(oldest)) return absent("the series of the query have no sample in the last minutes");
      const takenAt = Math.min(now.at, oldest ?? Infinity);
      const sample = { source: client.source, query: `${failures} / ${trials}`, takenAt };
      return found({ kind: "counts", moved: moved.value, control: control.value, against, ...sample });
    },
  };
}

interface Groups {
  readonly failures: ReadonlyMap<Slug, number>;
  readonly trials: ReadonlyMap<Slug, number>;
  readonly at: number;
}

function rangeOf(queries: readonly string[]): number {
  const [failures, trials] = queries.map((query) => rangeMsOf(query));
  if (
    failures !== undefined &&
    failures > 0 &&
    failures === trials &&
    queries.every((query) => selectorsOf(query).length > 0)
  )
    return failures;
  throw new ReleaseError({
    code: "CHECK_QUERY_INVALID",
    category: "input",
    message: "failures and trials are counts over the same range",
    fix: "write them as sum by (slug) (increase(errors[1m])) and sum by (slug) (increase(requests[1m]))",
  });
}

function groupsOf(series: readonly Series[]): ReadonlyMap<Slug, number> {
  const groups = bySlug(series);
  if (groups.kind === "found") return groups.value;
  throw groups.kind === "unknown" ? groups.cause : new Error(groups.proof);
}

/**
 * The sum over tenants. Of the moved ones every one has to be there: a tenant that is not measured may be the sick one. Of the
 * others those that are measured are enough.
 */
function countsOf({ failures, trials }: Groups, slugs: readonly Slug[], wanted: "every" | "known"): Reading<Counts> {
  const missing = slugs.filter((slug) => !failures.has(slug) || !trials.has(slug));
  if (wanted === "every" && missing.length > 0)
    return absent(
      `no data for ${missing.slice(0, 3).join(", ")}; a counter that begins with its first error needs "or 0 * requests"`,
    );
  const known = slugs.filter((slug) => !missing.includes(slug));
  if (known.length === 0) return absent("no data for any tenant to compare with");
  const sum = (counts: ReadonlyMap<Slug, number>): number =>
    known.reduce((total, slug) => total + (counts.get(slug) ?? 0), 0);
  return found({ failures: sum(failures), trials: sum(trials) });
}

/** This look's share of the hour before. */
async function pastOf(
  { look, looks, before, moved }: CheckContext,
  rangeMs: number,
  readAt: (at: number) => Promise<Groups>,
): Promise<Reading<Counts>> {
  if (before === undefined) return absent("it is not known when the tenants were moved, so they have no time before");
  const spans = Math.min(maxSpans, Math.floor(pastMs / rangeMs));
  const [from, to] = [Math.floor((look * spans) / looks), Math.floor(((look + 1) * spans) / looks)];
  const total = { failures: 0, trials: 0 };
  for (let span = from; span < Math.min(to, spans); span++) {
    const counts = countsOf(await readAt(before - Math.floor((span * pastMs) / spans)), moved, "known");
    // A tenant that was born within the hour has a shorter past.
    if (counts.kind !== "found") continue;
    total.failures += counts.value.failures;
    total.trials += counts.value.trials;
  }
  return total.trials > 0 ? found(total) : absent("there is no traffic of the hour before to compare with");
}
