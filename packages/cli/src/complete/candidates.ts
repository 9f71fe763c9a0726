import { join } from "node:path";
import { plainText } from "@lateen/kernel";
import { globalOptions, writerOptions } from "../commands/global-options.ts";
import type { Context } from "../context.ts";
import { helpTopics } from "../help-topics.ts";
import type { Options } from "../io/arguments.ts";
import { knownCommits, knownImages, knownTenants } from "./live-values.ts";

/** Something that may stand next, and what it means. */
export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** What may stand in the place of the last of `words`; asks no server, so that the shell never waits. */
export async function completeWords(words: readonly string[], context: Context): Promise<readonly Candidate[]> {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const row = context.commands.find(({ name, hidden }) => hidden !== true && before.includes(name));
  const command = row === undefined ? undefined : await row.load();
  const options: Options = { ...globalOptions, ...(row?.writes === true ? writerOptions : {}), ...command?.options };
  const pending = options[before.at(-1)?.replace(/^--/, "") ?? ""];
  const named =
    before.at(-1)?.startsWith("--") === true && pending?.value !== undefined ? before.at(-1)?.slice(2) : undefined;
  const all =
    named === undefined
      ? await freeWords(last, row?.name, options, before, context)
      : await optionValues(named, options, context);
  return all.filter(({ value }) => value.startsWith(last));
}

async function freeWords(
  last: string,
  command: string | undefined,
  options: Options,
  before: readonly string[],
  context: Context,
): Promise<readonly Candidate[]> {
  if (last.startsWith("-")) return Object.entries(options).map(([name, { about }]) => ({ value: `--${name}`, about }));
  if (before.includes("help")) return helpTopics.map(({ name, summary }) => ({ value: name, about: summary }));
  if (command === undefined)
    return context.commands
      .filter(({ hidden }) => hidden !== true)
      .map(({ name, summary }) => ({ value: name, about: summary }));
  if (command === "explain") return knownCommits(context);
  if (command === "inspect" || command === "retag") return knownImages(context);
  if (command === "config")
    return [
      { value: "show", about: "the configuration in force" },
      { value: "schema", about: "its JSON Schema" },
    ];
  if (command === "completion") return ["bash", "zsh", "fish", "powershell"].map((value) => ({ value, about: "" }));
  return command === "lint-workflow" ? workflowFiles(context) : [];
}

async function optionValues(name: string, options: Options, context: Context): Promise<readonly Candidate[]> {
  if (name === "sha" || name === "to") return knownCommits(context);
  if (name === "only") return knownTenants(context);
  return (options[name]?.oneOf ?? []).map((value) => ({ value, about: "" }));
}

function workflowFiles({ host }: Context): readonly Candidate[] {
  return [".gitea/workflows", ".github/workflows"].flatMap((folder) =>
    host.files.list(join(host.cwd, folder)).map((file) => ({ value: `${folder}/${file}`, about: "" })),
  );
}

/** One candidate per line, its meaning behind a tab; no candidate can bring a line of its own. */
export function formatCandidates(candidates: readonly Candidate[]): string {
  return candidates.map(({ value, about }) => `${plainText(value, 300)}\t${plainText(about, 100)}`).join("\n");
}
