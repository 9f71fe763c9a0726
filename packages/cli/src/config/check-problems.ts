import type { CrossProblem } from "./cross-checks.ts";
import { isRecord } from "./layers.ts";
import { namedTwice } from "./named-twice.ts";

const kinds = ["exec", "http", "prometheus", "workflow"] as const;

/** Problems that no single key of a check shows: the number of its sources, and the keys that belong together. */
export function checkProblems(config: Record<string, unknown>): readonly CrossProblem[] {
  const { fleet } = config;
  if (!isRecord(fleet) || !Array.isArray(fleet["checks"])) return [];
  const checks: readonly unknown[] = fleet["checks"];
  const hasAddress = checks.some(
    (check) => isRecord(check) && isRecord(check["prometheus"]) && check["prometheus"]["url"] !== undefined,
  );
  const each = checks.flatMap((check, index): readonly CrossProblem[] => {
    if (!isRecord(check)) return [];
    const at = (key: string, message: string, ...rest: readonly PropertyKey[]): CrossProblem => ({
      path: ["fleet", "checks", index, key, ...rest],
      message,
    });
    return [
      ...sources(check, at),
      ...prometheus(check, hasAddress, at),
      ...placeholders(check, at),
      ...neverRuns(check, fleet, at),
      ...(isRecord(check["workflow"]) && config["forge"] === undefined
        ? [at("workflow", "needs the section forge")]
        : []),
      ...(check["env"] !== undefined && check["exec"] === undefined ? [at("env", "is for exec")] : []),
    ];
  });
  return [...each, ...namedTwice(checks, ["fleet", "checks"], "check")];
}

type At = (key: string, message: string, ...rest: readonly PropertyKey[]) => CrossProblem;

function sources(check: Record<string, unknown>, at: At): readonly CrossProblem[] {
  const given = kinds.filter((kind) => check[kind] !== undefined);
  if (given.length === 0) return [at("name", `names no source: give one of ${kinds.join(", ")}`)];
  return given.slice(1).map((kind) => at(kind, `cannot be combined with ${given[0]}; a check has one source`));
}

function prometheus(check: Record<string, unknown>, hasAddress: boolean, at: At): readonly CrossProblem[] {
  const source = check["prometheus"];
  const compares = check["regression"] !== undefined || (isRecord(source) && source["regression"] !== undefined);
  if (!isRecord(source)) return compares ? [at("regression", "is for prometheus with failures and trials")] : [];
  const problem = (key: string, message: string): CrossProblem => at("prometheus", message, key);
  const has = (key: string): boolean => source[key] !== undefined;
  const counts = has("failures") || has("trials");
  return [
    ...(has("url") || hasAddress ? [] : [problem("url", "is missing")]),
    ...(counts || has("query") ? [] : [problem("query", "is missing, or failures and trials with regression")]),
    ...(counts && has("query") ? [problem("query", "cannot be combined with failures and trials")] : []),
    ...(counts && !has("failures") ? [problem("failures", "is missing")] : []),
    ...(counts && !has("trials") ? [problem("trials", "is missing")] : []),
    ...(counts && !compares
      ? [at("regression", "is missing: give the probability of a false alarm, such as { alpha: 0.01 }")]
      : []),
    ...(!counts && compares ? [at("regression", "needs prometheus.failures and prometheus.trials")] : []),
    ...(has("query") && !has("below") && !has("above") ? [problem("below", "is missing: give below or above")] : []),
    ...(counts ? ["below", "above"].filter(has).map((key) => problem(key, "is for query")) : []),
  ];
}

const filled = new Set(["slug", "sha", "tag", "wave"]);

/** In arguments and addresses every brace is a placeholder; queries have braces of their own. */
function placeholders(check: Record<string, unknown>, at: At): readonly CrossProblem[] {
  const { exec, http, prometheus: source } = check;
  const args: readonly unknown[] = Array.isArray(exec) ? exec : [];
  const url = isRecord(http) ? http["url"] : undefined;
  const queries = isRecord(source) ? [source["query"], source["failures"], source["trials"]] : [];
  return [
    ...args.flatMap((text) => [...foreign(text), ...dollars(text)].map((message) => at("exec", message))),
    // An address with a dollar sign is refused as such already.
    ...foreign(url).map((message) => at("http", message)),
    ...queries.flatMap((text) => dollars(text).map((message) => at("prometheus", message))),
  ];
}

function foreign(text: unknown): readonly string[] {
  if (typeof text !== "string") return [];
  return [...text.matchAll(/\{(\w+)\}/g)]
    .filter(([, name = ""]) => !filled.has(name))
    .map(([whole]) => `${whole} has no value here; known are {slug} {sha} {tag} {wave}`);
}

/** Placeholders as a shell writes them: the dollar sign would be left before the value. */
function dollars(text: unknown): readonly string[] {
  if (typeof text !== "string") return [];
  return [...text.matchAll(/\$\{(\w+)\}/g)]
    .filter(([, name = ""]) => filled.has(name))
    .map(([whole, name = ""]) => `must be written without the dollar sign: {${name}}, not ${whole}`);
}

/** A check that can never run would look like one that always passes. */
function neverRuns(check: Record<string, unknown>, fleet: Record<string, unknown>, at: At): readonly CrossProblem[] {
  const steps: readonly unknown[] = Array.isArray(check["at"]) ? check["at"] : [check["at"]];
  const { canary, soak, waves, window } = fleet;
  const hasCanary = (Array.isArray(canary) && canary.length > 0) || waves !== undefined || window !== undefined;
  const noSoak = typeof soak === "string" && /^0+(?:ms|s|m|h|d)$/.test(soak.trim());
  return [
    ...(steps.includes("canary") && !hasCanary ? [at("at", "never runs at canary: fleet.canary names no tenant")] : []),
    ...(steps.includes("soak") && noSoak ? [at("at", "never runs at soak: fleet.soak is 0")] : []),
    ...(steps.includes("soak") && !noSoak && !hasCanary
      ? [at("at", "never runs at soak: only the canary soaks before batches, and fleet.canary names none")]
      : []),
  ];
}
