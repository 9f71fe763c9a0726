import { absent, createLimit, found, type Reading, type Slug } from "@lateen/kernel";
import type { CheckContext, Counts, Measurement } from "../check.ts";
import type { PrometheusClient } from "./client.ts";
import { rangeMsOf, selectorsOf } from "./promql.ts";
import { oldestAt, type Series } from "./read-series.ts";
import { bySlug } from "./read-values.ts";
import { createSampleAge } from "./sample-age.ts";
import { fleetError } from "../../errors.ts";

/** Counts of moved tenants and of what they are compared with, one span at a time. */
export interface RateCounter {
  /** Span that one look covers, in milliseconds. */
  readonly rangeMs: number;
  observe(context: CheckContext, signal: AbortSignal): Promise<Reading<Measurement>>;
}

/** Time in milliseconds for which the moved tenants' own past is read. */
const pastMs = 3_600_000;
/** Maximum spans of that hour that are asked for, the last ones: each is two queries. */
const maxSpans = 120;

/**
 * Counts failures and trials by two queries.
 *
 * The control group is every tenant that is not moved yet. Without one it is the moved tenants' own hour before: that hour is cut
 * into spans of the range, and none of them is used for two looks: a control that is used twice would count its chance twice.
 * @throws ReleaseError `CHECK_QUERY_INVALID`
 */
export function createRateCounter(
  client: PrometheusClient,
  { failures, trials }: { readonly failures: string; readonly trials: string },
): RateCounter {
  const rangeMs = rangeOf([failures, trials]);
  const age = createSampleAge(client, `${failures} / ${trials}`);
  const pasts = new Map<string, readonly Counts[]>();
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
          : await pastOf(context, pasts, (at) => read(signal, at), rangeMs);
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
  throw fleetError("CHECK_QUERY_INVALID", "input", {
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

/**
 * This look's share of the hour before: of its spans of which something is known, as many as are left for each look, none of them twice.
 * The share is of what there is, since a server that was started a while ago has no whole hour.
 */
async function pastOf(
  { look, looks, before, moved }: CheckContext,
  pasts: Map<string, readonly Counts[]>,
  readAt: (at: number) => Promise<Groups>,
  rangeMs: number,
): Promise<Reading<Counts>> {
  if (before === undefined) return absent("it is not known when the tenants were moved, so they have no time before");
  const key = `${before} ${moved.join()}`;
  const spans = pasts.get(key) ?? (await readPast(before, moved, readAt, rangeMs));
  pasts.set(key, spans);
  const [from, to] = [Math.floor((look * spans.length) / looks), Math.floor(((look + 1) * spans.length) / looks)];
  const share = spans.slice(from, to);
  if (share.length === 0)
    return absent(`the hour before has traffic in ${spans.length} spans, too few for ${looks} looks`);
  const sum = (name: keyof Counts): number => share.reduce((total, counts) => total + counts[name], 0);
  return found({ failures: sum("failures"), trials: sum("trials") });
}

/** Counts of each span of the hour before, the last one first, without those of which nothing is known. */
async function readPast(
  before: number,
  moved: readonly Slug[],
  readAt: (at: number) => Promise<Groups>,
  rangeMs: number,
): Promise<readonly Counts[]> {
  const spans = Math.min(maxSpans, Math.floor(pastMs / rangeMs));
  const limit = createLimit(8);
  const readings = await Promise.all(
    Array.from({ length: spans }, (_, span) =>
      limit(async () => countsOf(await readAt(before - span * rangeMs), moved, "known")),
    ),
  );
  return readings.flatMap((reading) => (reading.kind === "found" && reading.value.trials > 0 ? [reading.value] : []));
}
