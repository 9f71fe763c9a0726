import { absent, found, type Reading, type Slug, unknown } from "@lateen/kernel";
import type { CheckContext, MeasuredValue } from "../check.ts";
import type { Series } from "./read-series.ts";
import { fleetError } from "../../errors.ts";

/**
 * The values of an answer for the tenants of a look.
 *
 * Series with the label `slug` are one for each tenant, and every tenant of the look needs exactly one. Without the label there
 * is exactly one. Everything else leaves open which value is meant.
 */
export function readValues(
  series: readonly Series[],
  { slug, slugs }: Pick<CheckContext, "slug" | "slugs">,
): Reading<readonly MeasuredValue[]> {
  if (series.length === 0) return absent("no data: the query answers with no series");
  const labelled = series.filter(({ labels }) => labels["slug"] !== undefined);
  if (labelled.length === 0) {
    const [only] = series;
    if (only === undefined || series.length > 1)
      return ambiguous(`${series.length} series, but exactly one is expected`);
    return found([{ slug, value: only.value }]);
  }
  if (labelled.length < series.length) return ambiguous("some series have a slug and some have none");
  const values: MeasuredValue[] = [];
  for (const wanted of slug === undefined ? slugs : [slug]) {
    const own = labelled.filter(({ labels }) => labels["slug"] === wanted);
    const [only] = own;
    if (only === undefined) return absent(`no data for ${wanted}`);
    if (own.length > 1) return ambiguous(`${own.length} series for ${wanted}, but exactly one is expected`);
    values.push({ slug: wanted, value: only.value });
  }
  return values.length === 0 ? absent("the step has no tenant to ask about") : found(values);
}

/** Series by their slug; a slug that has several is ambiguous. */
export function bySlug(series: readonly Series[]): Reading<ReadonlyMap<Slug, number>> {
  const values = new Map<Slug, number>();
  for (const { labels, value } of series) {
    const slug = labels["slug"] as Slug | undefined;
    if (slug === undefined) return ambiguous("a series has no label slug");
    if (values.has(slug)) return ambiguous(`several series for ${slug}, but exactly one is expected`);
    values.set(slug, value);
  }
  return found(values);
}

function ambiguous(message: string): Reading<never> {
  const fix = "aggregate the query to one value, or to one series per tenant: sum by (slug) (…)";
  return unknown(fleetError("CHECK_AMBIGUOUS", "unavailable", { message, fix }));
}
