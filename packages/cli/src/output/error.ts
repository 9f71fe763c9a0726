import { isReleaseError, plainText, type ReleaseError } from "@lateen/kernel";
import type { Style } from "./terminal/style.ts";

/** An error in three parts: what happened, why, what to do; with `verbose` also where it came from. */
export function formatError(error: ReleaseError, style: Style, verbose: boolean): string {
  const lines = [`${style.paint("red", "error:")} ${plainText(error.message, 1000)}`];
  if (error.why !== undefined) lines.push(...indented("why", error.why));
  if (error.fix !== undefined) lines.push(...indented("fix", error.fix));
  if (verbose) lines.push(...stack(error));
  else if (error.category === "bug") lines.push("  this is a bug in lateen; -v shows where");
  return `${lines.join("\n")}\n`;
}

function indented(label: string, text: string): string[] {
  return text
    .split("\n")
    .map((line, index) => `  ${index === 0 ? `${label}: ` : " ".repeat(label.length + 2)}${plainText(line, 1000)}`);
}

function stack(error: ReleaseError): string[] {
  const lines: string[] = [];
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth++) {
    const code = isReleaseError(cause) ? ` [${cause.code}]` : "";
    lines.push(
      `  ${depth === 0 ? "at" : "caused by"}${code}`,
      ...(cause.stack ?? cause.message).split("\n").map((line) => `    ${plainText(line, 300)}`),
    );
  }
  return lines;
}
