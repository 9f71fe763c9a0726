import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a process took. */
export interface Taken {
  /** From its start to its end. */
  readonly ms: number;
  /** Of the processor, all its threads together; in steps of 10 ms. Other work on the machine changes it less than the time that passes. */
  readonly processorMs: number;
}

/** Runs a program to its end. @throws what it printed if it fails */
export async function runProgram(
  [program = "", ...args]: readonly string[],
  where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Taken> {
  const begun = performance.now();
  // Node does not know what a child has used; a shell does.
  const { stdout } = await run(
    "sh",
    ["-c", '"$@" >/dev/null; code=$?; times; exit $code', "sh", program, ...args],
    where,
  );
  const ms = performance.now() - begun;
  const [, ofChildren = ""] = stdout.trim().split("\n");
  const times = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => {
    return (Number(minutes) * 60 + Number(seconds)) * 1000;
  });
  return { ms, processorMs: times.reduce((sum, one) => sum + one, 0) };
}

/** The middle of some values; of an even number of them the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The middle of some ratios, with the quarters above and below it: `0.91 (0.88–0.97)`. */
export function describeRatios(ratios: readonly number[]): string {
  const sorted = ratios.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(2);
  return `${median(ratios).toFixed(2)} (${at(0.25)}–${at(0.75)})`;
}
