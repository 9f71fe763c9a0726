import type { PrometheusClient } from "./client.ts";
import { selectorsOf } from "./promql.ts";

/** The label by which a server shows that it has evaluated the question, and not answered from a list. */
const mark = "lateen_sample_age";

/**
 * Makes a reader of the instant of the oldest series that a query reads, in milliseconds since the epoch: `NaN` if one of its
 * selectors has no sample within the lookback of the server, undefined if this server cannot say.
 *
 * An expression is answered with the instant of its evaluation, so that a value stays "fresh" for the whole lookback (5 minutes)
 * after the last scrape. `timestamp()` of the selectors has the age of the samples themselves.
 */
export function createSampleAge(
  client: PrometheusClient,
  query: string,
): (signal: AbortSignal) => Promise<number | undefined> {
  const selectors = selectorsOf(query);
  const oldest = selectors.map((selector) => `min(timestamp(${selector})) or vector(NaN)`);
  const question = oldest.map((part, index) => `label_replace(${part}, "${mark}", "${index}", "", "")`).join(" or ");
  let answers = true;
  return async (signal) => {
    if (selectors.length === 0) return Number.NaN;
    if (!answers) return undefined;
    const series = await client.instant(question, signal);
    const marked = series.filter(({ labels }) => labels[mark] !== undefined);
    if (marked.length === 0) answers = false;
    if (marked.length === 0) return undefined;
    return marked.length < selectors.length ? Number.NaN : Math.min(...marked.map(({ value }) => value)) * 1_000;
  };
}
