import { absent, found, plainText, type Reading, toReading } from "@lateen/kernel";
import type { CheckContext, FleetCheck } from "../check.ts";
import { fill, namesTenant } from "../fill.ts";
import type { FleetCheckOptions } from "../fleet-check-options.ts";
import { createPrometheusClient, type PrometheusClient, type PrometheusOptions } from "./client.ts";
import { createRateCounter } from "./count-rates.ts";
import { oldestAt } from "./read-series.ts";
import { readValues } from "./read-values.ts";
import { createSampleAge } from "./sample-age.ts";

/** A query whose value has to stay within a limit. */
export interface PrometheusCheckOptions extends FleetCheckOptions, PrometheusOptions {
  /** One scalar, or one series for each tenant with its slug in the label `slug`. `{slug}`, `{sha}`, `{tag}`, `{wave}` are filled in. */
  readonly query: string;
}

/** Two queries that count failures and trials by tenant, with a range such as `[1m]`. */
export interface RegressionCheckOptions extends FleetCheckOptions, PrometheusOptions {
  readonly failures: string;
  readonly trials: string;
  readonly regression: { readonly alpha: number };
}

/** A check of a query against `below` or `above`. @throws ReleaseError `FLEET_URL_INVALID` */
export function createPrometheusCheck(options: PrometheusCheckOptions): FleetCheck {
  const client = createPrometheusClient(options);
  const ages = new Map<string, ReturnType<typeof createSampleAge>>();
  const ageOf = (query: string): ReturnType<typeof createSampleAge> => {
    const age = ages.get(query) ?? createSampleAge(client, query);
    ages.set(query, age);
    return age;
  };
  return {
    ...commonOf(options, client, [options.query]),
    observe: (context, signal) =>
      toReading(async () => {
        const query = fill(options.query, context, escapeLabel);
        const series = await client.instant(query, signal);
        const sample = { source: client.source, query, takenAt: oldestAt(series) };
        const values = readValues(series, context);
        if (values.kind !== "found") return values;
        const age = await ageOf(query)(signal);
        if (Number.isNaN(age)) return absent("the series of the query have no sample in the last minutes");
        return found({
          kind: "values",
          values: values.value,
          ...sample,
          takenAt: Math.min(sample.takenAt, age ?? Infinity),
        });
      }),
  };
}

/**
 * A check that compares the failure rate of moved tenants with that of the others, or with their own hour before.
 *
 * It looks once per range of its queries, so that no event is counted twice.
 * @throws ReleaseError `FLEET_URL_INVALID` `CHECK_QUERY_INVALID`
 */
export function createRegressionCheck(options: RegressionCheckOptions): FleetCheck {
  const client = createPrometheusClient(options);
  const count = createRateCounter(client, options);
  const everyMs = Math.max(options.everyMs ?? 0, count.rangeMs);
  return {
    ...commonOf(options, client, [options.failures, options.trials]),
    policy: { ...options, forMs: options.forMs ?? "soak", everyMs },
    perTenant: false,
    observe: (context, signal) => toReading(() => count.observe(context, signal)),
  };
}

function commonOf(
  options: FleetCheckOptions & PrometheusOptions,
  client: PrometheusClient,
  queries: readonly string[],
): Omit<FleetCheck, "observe"> {
  const { name, at } = options;
  return {
    name,
    at,
    kind: "prometheus",
    perTenant: namesTenant(queries),
    about: plainText(`${client.source} ${queries.join(" / ")}`, 200),
    hasEffects: false,
    policy: options,
    reach: (signal) => toReading(() => tryQueries(client, queries, signal)),
  };
}

/** Evaluates every query for a tenant that does not exist: whatever is wrong with a query is found before the first move. */
async function tryQueries(
  client: PrometheusClient,
  queries: readonly string[],
  signal: AbortSignal,
): Promise<Reading<string>> {
  const stranger = { slug: "lateen-plan" as CheckContext["slug"], sha: "0", tag: "0", wave: "plan" };
  for (const query of queries) await client.instant(fill(query, stranger, escapeLabel), signal);
  return found(`${client.source} evaluates the query`);
}

/** A value between the quotes of a label matcher. */
export function escapeLabel(value: string): string {
  return value.replaceAll(/["'`\\\n]/g, "\\$&");
}
