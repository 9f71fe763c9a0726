import { expect, test } from "vitest";
import { clockRows } from "../../../test/tables/judge-clocks.table.ts";
import { judgeClocks } from "./judge-clocks.ts";
import { checkNameRows } from "../../../test/tables/judge-check-names.table.ts";
import { judgeCheckNames } from "./judge-check-names.ts";

test.each(checkNameRows)("check names: $when", ({ wanted, commits, verdicts }) => {
  const findings = judgeCheckNames(wanted, commits);
  expect(findings.map(({ verdict }) => verdict)).toEqual(verdicts);
  for (const { verdict, fix } of findings) expect(verdict === "ok" || fix !== undefined).toBe(true);
});

test("a check that is spelt wrongly is reported with the name that was meant, and with what there is", () => {
  const names = ["CI / all-required (push)", "a", "b", "c", "d", "e"];
  const commits = ["b", "a"].map((sha) => ({ sha, names }));
  const [, gap] = judgeCheckNames(["CI / all_required (push)"], commits);
  expect(gap?.fact).toContain('did you mean "CI / all-required (push)"?');
  expect(gap?.fix).toContain("and 1 more");
});

test.each(clockRows)("clocks: $readings are $verdict", ({ readings, verdict }) => {
  const [finding] = judgeClocks(readings);
  expect(finding?.verdict).toBe(verdict);
  expect(finding === undefined || finding.verdict === "ok" || finding.fix !== undefined).toBe(true);
});

test("a clock that is off is reported with direction and distance", () => {
  expect(judgeClocks([{ server: "the forge", aheadMs: 90_400 }])[0]?.fact).toBe("it is 1m30s ahead of the forge");
  expect(judgeClocks([{ server: "the forge", aheadMs: -90_400 }])[0]?.fact).toBe("it is 1m30s behind the forge");
});
