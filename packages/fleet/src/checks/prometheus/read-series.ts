import { type HttpResponse, parseJson, plainText, ReleaseError } from "@lateen/kernel";
import { z } from "zod";

/** One series of an answer, or a scalar, which has no labels. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Instant that the server gives for it, in milliseconds since the epoch; for an expression that of its evaluation. */
  readonly at: number;
}

const value = z.tuple([z.number(), z.string()]);
const labels = z.record(z.string(), z.string());

/**
 * The parts of an answer that are read.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview
 */
const answerSchema = z.object({
  status: z.enum(["success", "error"]),
  data: z
    .discriminatedUnion("resultType", [
      z.object({ resultType: z.literal("vector"), result: z.array(z.object({ metric: labels, value })) }),
      z.object({ resultType: z.literal("scalar"), result: value }),
      z.object({
        resultType: z.literal("matrix"),
        result: z.array(z.object({ metric: labels, values: z.array(value) })),
      }),
      z.object({ resultType: z.literal("string"), result: value }),
    ])
    .optional(),
  errorType: z.string().optional(),
  error: z.string().optional(),
  warnings: z.array(z.string()).optional(),
});

type Answer = z.infer<typeof answerSchema>;

/**
 * The series of an answer. A status of 200 does not make it good, and a warning says that a part of the data is missing.
 * @throws ReleaseError `PROMETHEUS_ERROR` `PROMETHEUS_WARNING` `HTTP_NOT_JSON` `HTTP_UNEXPECTED_BODY`
 */
export function readSeries(response: HttpResponse): readonly Series[] {
  const { status, url } = response;
  const answer: Answer = parseJson(response, answerSchema, "an answer of the Prometheus API");
  const { data, error, errorType, warnings = [] } = answer;
  if (answer.status !== "success" || status !== 200 || data === undefined)
    throw failed(
      "PROMETHEUS_ERROR",
      url,
      `answered ${status} ${plainText(`${errorType ?? ""} ${error ?? "without data"}`, 200)}`,
    );
  if (warnings.length > 0)
    throw failed("PROMETHEUS_WARNING", url, `answered with a warning: ${plainText(warnings.join("; "), 200)}`);
  if (data.resultType === "scalar") return [series({}, data.result)];
  if (data.resultType === "vector") return data.result.map(({ metric, value }) => series(metric, value));
  throw failed(
    "PROMETHEUS_ERROR",
    url,
    `answered with a ${data.resultType}, not with one value or one series per tenant`,
  );
}

function series(labels: Readonly<Record<string, string>>, [at, text]: readonly [number, string]): Series {
  return { labels, value: numberOf(text), at: at * 1_000 };
}

function failed(code: string, url: string, what: string): ReleaseError {
  const fix = "try the query in the server's own page";
  return new ReleaseError({ code, category: "unavailable", message: `${url} ${what}`, why: url, fix });
}

/** The number in a sample; PromQL writes NaN, +Inf and -Inf in words. */
function numberOf(text: string): number {
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** Instant of the oldest series, in milliseconds since the epoch; `NaN` without any. */
export function oldestAt(series: readonly Series[]): number {
  return series.reduce((oldest, { at }) => Math.min(oldest, at), series.length === 0 ? Number.NaN : Infinity);
}
