import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./source-files.ts";

/**
 * A block of shell on a page of the documentation.
 *
 * Directions for a test are in comments above it, which readers of the page do not see:
 *
 * - `<!-- not run: REASON -->` what no test can run here: it needs a registry of packages, a cluster, a job;
 * - `<!-- before: COMMANDS -->` what has happened before a reader types it;
 * - `<!-- ends with: CODE -->` what its last command ends with, if not with 0.
 */
export interface ShellSample {
  readonly page: string;
  /** Line of the page that the block begins at. */
  readonly line: number;
  readonly code: string;
  readonly notRun: string | undefined;
  readonly before: string | undefined;
  readonly endsWith: number;
  /** The configuration that the page shows above it, if it shows one. */
  readonly configuration: string | undefined;
}

/** Every page that a person reads, by its path from the root. */
export function readPages(): readonly { readonly page: string; readonly text: string }[] {
  return globSync(["*.md", "packages/*/README.md", "examples/*/README.md", "tools/**/*.md", "apps/docs/**/*.md"], {
    cwd: root,
  })
    .filter((page) => !page.includes("node_modules"))
    .toSorted()
    .map((page) => ({ page, text: readFileSync(join(root, page), "utf8") }));
}

/** Every block of shell of a page, in its order. */
export function shellSamples(page: string, text: string): readonly ShellSample[] {
  return [...text.matchAll(/((?:^<!--.*-->\n+)*)^```(?:sh|bash|shell|console)\n([\s\S]*?)^```/gm)].map((match) => {
    const [, comments = "", code = ""] = match;
    const said = new Map(
      [...comments.matchAll(/^<!-- ([a-z ]+): (.*) -->$/gm)].map(([, key = "", value = ""]) => [key, value] as const),
    );
    const above = text.slice(0, match.index);
    return {
      page,
      line: `${above}${comments}`.split("\n").length,
      code,
      notRun:
        said.get("not run") ?? (isInstallation(code) ? "packages.real.test.ts installs from tarballs" : undefined),
      before: said.get("before"),
      endsWith: Number(said.get("ends with") ?? 0),
      configuration: [...above.matchAll(/^```yaml\n([\s\S]*?)^```/gm)]
        .map(([, yaml = ""]) => yaml)
        .findLast((yaml) => /^(?:forge|release|fleet|promote|killSwitch):/m.test(yaml)),
    };
  });
}

/** True if a block only installs packages, which come from a registry that no test asks for ours. */
function isInstallation(code: string): boolean {
  return code
    .trim()
    .split("\n")
    .every((line) => /^(?:npm install|pnpm add) /.test(line));
}

/** Every command line of the program in a piece of shell: the words after `lateen`, as a shell would cut them. */
export function commandLines(code: string): readonly (readonly string[])[] {
  return code
    .replaceAll("\\\n", " ")
    .split("\n")
    .flatMap((line) => simpleCommands(words(line)))
    .flatMap((command) => {
      const at = command.findIndex((word) => /^(?:bin\/lateen|lateen|@lateen\/cli)$/.test(word));
      const leads = command.slice(0, Math.max(at, 0)).every((word) => /^(?:npx|-y|\w+=.*)$/.test(word));
      return at < 0 || !leads ? [] : [command.slice(at + 1)];
    });
}

/** The words and operators of a line; a substitution is one word, and a comment is none. */
function words(line: string): readonly string[] {
  const pattern =
    /\s*(?:#.*$|(&&|\|\||[|;&]|\d?[<>]+&?\s*\S+)|((?:"(?:\$\([^)]*\)|\\.|[^"\\])*"|'[^']*'|\$\([^)]*\)|\\.|[^\s"'|&;<>])+))/gy;
  return [...line.matchAll(pattern)].flatMap(([, operator, word]) => {
    if (word !== undefined) return [word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, "$1$2")];
    return operator === undefined || /[<>]/.test(operator) ? [] : [operator];
  });
}

function simpleCommands(line: readonly string[]): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const word of line) {
    if (/^(?:&&|\|\||[|;&])$/.test(word)) commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands.filter((command) => command.length > 0);
}
