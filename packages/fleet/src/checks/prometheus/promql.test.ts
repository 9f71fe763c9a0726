import { describe, expect, it } from "vitest";
import { rangeMsOf, selectorsOf } from "./promql.ts";

describe("selectorsOf", () => {
  it.each([
    ["sum(rate(http_errors[1m]))", ["http_errors"]],
    ["sum by (slug) (increase(errors[1m]))", ["errors"]],
    ["sum(increase(errors[1m])) by (slug)", ["errors"]],
    [
      'rate(errors{slug="a", code=~"5.."}[1m]) / rate(requests{slug="a"}[1m])',
      ['errors{slug="a",code=~"5.."}', 'requests{slug="a"}'],
    ],
    ["up", ["up"]],
    ['{__name__="up", job="x"}', ['{__name__="up",job="x"}']],
    ["job:errors:rate5m offset 1h > bool 5", ["job:errors:rate5m"]],
    ["a / on (slug) group_left (zone) b", ["a", "b"]],
    ["a and ignoring(x) b or vector(0)", ["a", "b"]],
    ["max_over_time(rate(errors[1m])[10m:30s])", ["errors"]],
    ['errors{path="} and {not_a_metric"}', ['errors{path="} and {not_a_metric"}']],
    ["histogram_quantile(0.99, sum by (le) (rate(latency_bucket[5m])))", ["latency_bucket"]],
    ["1 + 2", []],
    ["vector(1)", []],
    ["errors # a comment with words\n + 1e3", ["errors"]],
    ["errors @ 1609746000", ["errors"]],
    ["topk(3, errors)", ["errors"]],
    ["NaN * errors", ["errors"]],
  ])("%s", (query, selectors) => {
    expect(selectorsOf(query)).toEqual(selectors);
  });
});

describe("rangeMsOf", () => {
  it.each([
    ["sum(rate(http_errors[1m]))", 60_000],
    ["a[5m] / b[1h30m]", 5_400_000],
    ["max_over_time(rate(a[1m])[10m:30s])", 600_000],
    ["up", undefined],
    ['errors{path="[1m]"}', undefined],
    ["a[500ms]", 500],
  ])("%s", (query, range) => {
    expect(rangeMsOf(query)).toBe(range);
  });
});
