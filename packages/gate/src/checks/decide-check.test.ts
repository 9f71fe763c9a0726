import { describe, expect, test } from "vitest";
import type { CheckFact } from "../ports/checks.ts";
import { compareTimes } from "./check-identity.ts";
import { decideCheck } from "./decide-check.ts";
import { matchesName } from "./match-names.ts";

let lastId = 0;
function status(name: string, word: string, more: Partial<CheckFact> = {}): CheckFact {
  return {
    kind: "status",
    id: ++lastId,
    name,
    app: "",
    workflow: "",
    runId: undefined,
    attempt: 1,
    status: word,
    conclusion: "",
    description: "",
    url: "",
    startedAt: "",
    updatedAt: "",
    ...more,
  };
}
function run(name: string, conclusion: string, more: Partial<CheckFact> = {}): CheckFact {
  const words = conclusion === "" ? { status: "in_progress", conclusion } : { status: "completed", conclusion };
  return { ...status(name, ""), kind: "check-run", app: "actions", ...words, ...more };
}

describe("which facts count", () => {
  test("a name that is a status and a check run needs both", () => {
    expect(decideCheck("build", [status("build", "success"), run("build", "success")]).decision).toBe("open");
    expect(decideCheck("build", [status("build", "success"), run("build", "failure")]).decision).toBe("closed");
    expect(decideCheck("build", [status("build", "failure"), run("build", "success")]).decision).toBe("closed");
  });

  test("the highest id wins, wherever it is; a row without an id is older than any", () => {
    const rows = [
      status("ci", "success", { id: 9 }),
      status("ci", "pending", { id: 3 }),
      status("ci", "failure", { id: 0, updatedAt: "2030-01-01T00:00:00Z" }),
    ];
    expect(decideCheck("ci", rows)).toMatchObject({ decision: "open", fact: { id: 9 } });
    expect(decideCheck("ci", rows.toReversed()).decision).toBe("open");
    expect(decideCheck("ci", rows.slice(2)).decision).toBe("closed");
  });

  test("a re-run decides, green or red", () => {
    expect(decideCheck("build", [run("build", "failure"), run("build", "success")]).decision).toBe("open");
    expect(decideCheck("build", [run("build", "success"), run("build", "failure")]).decision).toBe("closed");
    expect(
      decideCheck("build", [run("build", "failure", { id: 5 }), run("build", "success", { id: 5, attempt: 2 })])
        .decision,
    ).toBe("open");
  });

  test("other apps and other workflows of the same name have to be good as well", () => {
    expect(
      decideCheck("build", [run("build", "failure", { app: "a" }), run("build", "success", { app: "b" })]).decision,
    ).toBe("closed");
    expect(
      decideCheck("build", [
        run("build", "failure", { workflow: "a.yml" }),
        run("build", "success", { workflow: "b.yml" }),
      ]).decision,
    ).toBe("closed");
  });

  test("an older check run that has not ended is waited for, an older pending status is history", () => {
    expect(decideCheck("build", [run("build", ""), run("build", "success")])).toMatchObject({
      decision: "wait",
      state: "pending",
    });
    expect(decideCheck("ci", [status("ci", "pending"), status("ci", "success")]).decision).toBe("open");
  });

  test("a tie in everything is decided for the worse", () => {
    const tie = { id: 4, updatedAt: "2026-06-01T00:00:00Z" };
    const rows = [status("ci", "success", tie), status("ci", "failure", tie)];
    expect(decideCheck("ci", rows).decision).toBe("closed");
    expect(decideCheck("ci", rows.toReversed()).decision).toBe("closed");
  });
});

describe("patterns", () => {
  test("need every job that they match, and at least one", () => {
    const jobs = [run("build (18)", "success"), run("build (20)", "success"), run("test (18)", "failure")];
    expect(decideCheck("build (*)", jobs).decision).toBe("open");
    expect(decideCheck("build (*)", [...jobs, run("build (22)", "")]).decision).toBe("wait");
    expect(decideCheck("build (*)", [run("test (18)", "success")])).toMatchObject({
      decision: "wait",
      state: "missing",
    });
  });

  test("a matrix that was skipped is reported under its bare name", () => {
    const skipped = [run("build", "skipped")];
    expect(decideCheck("build (*)", skipped)).toMatchObject({ decision: "closed", state: "skipped" });
    expect(decideCheck("build (*)", skipped, { allow: ["skipped"] })).toMatchObject({
      decision: "open",
      state: "skipped",
    });
  });

  test.each([
    ["CI / all (push)", "CI / all (push)", true],
    ["CI / all (push)", "CI / all (pull_request)", false],
    ["CI / * (push)", "CI / a / b (push)", true],
    ["CI / * (push)", "ci / a (push)", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["*", "anything", true],
    ["a*b*c", "a-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["*b*b", "abb", true],
    ["*b*b", "ab", false],
    ["build (18)", "build 18", false],
    ["test[0-9]", "test1", false],
    ["what?", "whats", false],
    ["a*", "a*", true],
  ])("%j and %j: %s", (entry, name, matches) => expect(matchesName(entry, name)).toBe(matches));

  test("a hostile name costs no more than its length", () => {
    const before = process.cpuUsage();
    expect(matchesName("a*".repeat(50) + "b", "a".repeat(100_000))).toBe(false);
    // Time of the processor, which no pause of the machine adds to.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});

test("times are compared as times, not as text", () => {
  expect(compareTimes("2026-06-01T02:00:00+02:00", "2026-06-01T00:00:00Z")).toBe(0);
  expect(compareTimes("2026-06-01T01:00:00+02:00", "2026-06-01T00:00:00Z")).toBeLessThan(0);
  expect(compareTimes("nonsense", "2026-06-01T00:00:00Z")).toBeLessThan(0);
});
