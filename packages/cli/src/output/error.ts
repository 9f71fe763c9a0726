import { isReleaseError, plainText, type ReleaseError } from "@lateen/kernel";
import { threeParts } from "./three-parts.ts";
import type { Style } from "./terminal/style.ts";

/** An error in three parts: what happened, why, what to do; with `verbose` also where it came from. */
export function formatError(error: ReleaseError, style: Style, verbose: boolean): string {
  const lines = [`${style.paint("red", "error:")} ${plainText(error.message, 1000)}`];
  const { why, fix } = threeParts(error);
  lines.push(...indented("why", why), ...indented("fix", fix));
  if (verbose) lines.push(...stack(error));
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
