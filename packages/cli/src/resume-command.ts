import type { ResultDocument } from "./result.ts";

/** Commands that take the commit of `--sha`, and would look for another one without it. */
const withCommit: ReadonlySet<string> = new Set(["ship", "rollout", "promote"]);

/** How an interrupted command goes on, with a line to be copied. */
export function adviseResuming(argv: readonly string[], document: ResultDocument): readonly string[] {
  return ["to go on, with a look at what was begun:", `  ${resumeCommand(argv, document)}`];
}

/** The command line once more, about the very commit. */
export function resumeCommand(
  argv: readonly string[],
  { command, commit }: Pick<ResultDocument, "command" | "commit">,
): string {
  const named = argv.some((arg) => arg === "--resume" || arg === "--sha" || arg.startsWith("--sha="));
  const commitToo = !named && commit !== undefined && withCommit.has(command) ? ["--sha", commit] : [];
  return ["lateen", ...argv, ...commitToo].map(quoted).join(" ");
}

/** As a shell reads it as one word. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
