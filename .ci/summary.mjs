// The end of the log, of which a record may keep only the last kilobytes: what failed in each step that did, and how many tests passed.
// Usage: summary.mjs RESULTS [STEP]..., the failed steps. RESULTS holds the output of each step, `STEP.log`, and the reports of the two
// test runs, `*.json`. Ends with 1 if one of these is missing: what was not run has not passed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [results, ...failed] = process.argv.slice(2);
const lines = 40;
const mostCharacters = 9_000;
const reports = { test: "unit.json", "real servers": "real.json" };

function main() {
  const room = Math.floor(mostCharacters / Math.max(1, failed.length));
  for (const step of failed) console.log(`\n── ${step}: FAILED\n${shorten(whatFailed(step), room)}`);
  console.log(`\n${failed.map((step) => `failed: ${step}\n`).join("")}${counts()}`);
}

/** The failed tests with their messages; the last lines of the output for any other step, and for a run that ended before its report. */
function whatFailed(step) {
  const tests = reportOf(reports[step])?.testResults.flatMap(failuresIn) ?? [];
  return tests.length > 0 ? tests.join("\n") : tail(join(results, `${step}.log`));
}

function failuresIn({ name, message, assertionResults }) {
  const tests = assertionResults.filter(({ status }) => status === "failed");
  const file = name.replace(`${process.cwd()}/`, "");
  // A file that could not be loaded has a message of its own, and no tests.
  if (tests.length === 0) return message ? [`✗ ${file}\n${indented(message)}`] : [];
  return tests.map((test) => `✗ ${file} > ${test.fullName}\n${indented(test.failureMessages.join("\n"))}`);
}

/** The message without the frames of the libraries. */
function indented(message) {
  const kept = plain(message)
    .split("\n")
    .filter((line) => !/^\s+at .*node_modules|^\s+at node:/.test(line));
  return kept
    .slice(0, 15)
    .map((line) => `    ${line}`)
    .join("\n");
}

function tail(file) {
  if (!existsSync(file)) return "no output";
  const said = plain(readFileSync(file, "utf8"))
    .split("\n")
    .filter((line) => line.trim() !== "");
  return said.slice(-lines).join("\n");
}

function plain(text) {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/\u001b\[[\d;]*[a-zA-Z]/g, "");
}

/** The beginning and the end, since either may name the cause. */
function shorten(text, room) {
  if (text.length <= room) return text;
  return `${text.slice(0, room / 2)}\n    …\n${text.slice(-room / 2)}`;
}

/** Undefined if there is none, or only a part of one. */
function reportOf(name) {
  try {
    return name && JSON.parse(readFileSync(join(results, name), "utf8"));
  } catch {
    return undefined;
  }
}

function counts() {
  const runs = Object.values(reports).flatMap((name) => reportOf(name) ?? []);
  const sum = (key) => runs.reduce((total, run) => total + run[key], 0);
  if (runs.length < 2 || sum("numPassedTests") === 0) process.exitCode = 1;
  const skipped = sum("numPendingTests") + sum("numTodoTests");
  return `${sum("numPassedTests")} passed, ${sum("numFailedTests")} failed${skipped ? `, ${skipped} skipped` : ""}`;
}

main();
