// pnpm simulate checks [--seeds N]: N rollouts that are watched for a regression, without one and with one of 10 %.
// pnpm simulate [--seeds N] [--seed S]: N rollouts in virtual time from seed S on; with --seed alone that one, with its trace.
import { parseArgs } from "node:util";
import { simulate } from "../packages/fleet/src/testing/simulation/index.ts";
import { simulateChecks } from "../packages/fleet/src/testing/simulation/simulate-checks.ts";

const { values, positionals } = parseArgs({
  options: { seeds: { type: "string" }, seed: { type: "string" } },
  allowPositionals: true,
});
if (positionals[0] === "checks") {
  const rollouts = Number(values.seeds ?? 100_000);
  for (const ratio of [1, 1.1]) {
    const { stopped, exposed, fixedWindow, stoppedByFixed } = simulateChecks({ rollouts, ratio });
    const share = (count: number): string => `${((100 * count) / rollouts).toFixed(2)} %`;
    console.log(
      `${rollouts} rollouts at ${ratio} times the failures: ${share(stopped)} stopped after ${exposed.toFixed(1)} tenants on average; ` +
        `a fixed window of ${fixedWindow} tenants stops ${share(stoppedByFixed)}`,
    );
  }
  process.exit(0);
}
const first = Number(values.seed ?? 1);
const count = Number(values.seeds ?? (values.seed === undefined ? 10_000 : 1));
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
  console.error("usage: pnpm simulate [--seeds N] [--seed S]");
  process.exit(2);
}

const ends = new Map<string, number>();
const started = performance.now();
for (let seed = first; seed < first + count; seed++) {
  const run = await simulate(seed, { trace: count === 1 });
  if (count === 1) console.log(run.trace.join("\n"));
  else if (run.violation !== undefined) console.log((await simulate(seed)).trace.join("\n"));
  if (run.violation !== undefined) {
    console.error(`seed ${seed}: ${run.violation}; the trace above ends there. Again: pnpm simulate --seed ${seed}`);
    process.exit(1);
  }
  ends.set(run.ended, (ends.get(run.ended) ?? 0) + 1);
}
const seconds = ((performance.now() - started) / 1_000).toFixed(1);
const summary = [...ends].toSorted((a, b) => b[1] - a[1]).map(([ended, times]) => `${times} ${ended}`);
console.log(`${count} rollouts in ${seconds} s, no invariant broken: ${summary.join(", ")}`);
