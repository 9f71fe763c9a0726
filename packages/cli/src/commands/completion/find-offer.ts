import type { Command, CommandRow } from "../command.ts";
import { helpTopics } from "../../help/topics.ts";
import type { Options } from "../../command-line/arguments.ts";
import type { Candidate, Offer } from "./candidate.ts";
import { offerCommits } from "./commits.ts";
import type { Place } from "./decide-place.ts";
import { offerImages, offerTags } from "./images.ts";
import type { CompletionContext } from "./context.ts";
import { offerChecks, offerEnvironments, offerScenarios, offerTargets, offerWorkflows } from "./names.ts";
import { shells } from "./shells.ts";
import { offerTenants } from "./tenants.ts";

type Find = (context: CompletionContext, typed: string, before: readonly string[]) => Promise<Offer> | Offer;

/** Values of an option, by the option's name; those that are not here are free text, or say themselves what they take. */
const values: Readonly<Record<string, Find>> = {
  sha: async (context, typed) => ({ candidates: await offerCommits(context, typed) }),
  to: async (context, typed) => ({ candidates: await offerCommits(context, typed) }),
  only: async (context, typed) => ({ candidates: await offerTenants(context, typed) }),
  override: async (context, typed) => ({ candidates: typed.includes("=") ? [] : await offerChecks(context) }),
  env: async (context) => ({ candidates: await offerEnvironments(context) }),
  target: async (context) => ({ candidates: await offerTargets(context) }),
};

/** Arguments of a command; `before` are those in front, without the command's name. */
const positionals: Readonly<Record<string, Find>> = {
  inspect: async (context, typed) => ({ candidates: await offerImages(context, typed) }),
  retag: async (context, typed, [source]) => ({
    candidates: source === undefined ? await offerImages(context, typed) : await offerTags(context, typed),
  }),
  explain: async (context, typed) => ({ candidates: await offerCommits(context, typed) }),
  report: () => ({ candidates: [], files: true }),
  "lint-workflow": (context) => ({ candidates: offerWorkflows(context), files: true }),
  demo: async () => ({ candidates: await offerScenarios() }),
  config: () => ({
    candidates: [
      { value: "show", about: "the configuration in force" },
      { value: "schema", about: "its JSON Schema" },
    ],
  }),
  completion: () => ({ candidates: shells.map((value) => ({ value, about: `the script for ${value}` })) }),
  help: ({ commands }) => ({ candidates: [...describe(helpTopics), ...describe(commands)] }),
};

/** The command of a line, and every option that it has there. */
export interface Line {
  readonly row: Pick<CommandRow, "name"> | undefined;
  readonly command: Command | undefined;
  readonly options: Options;
}

/** Candidates for `place`. */
export async function findOffer(place: Place, line: Line, typed: string, context: CompletionContext): Promise<Offer> {
  if (place.kind === "option") return { candidates: describeOptions(line.options, place.names) };
  if (place.kind === "value") return await findValue(place, line.options, typed, context);
  const [first, ...before] = place.before;
  if (line.row === undefined)
    return { candidates: first === undefined ? [...describe(context.commands), helpCandidate] : [] };
  const { most = line.row.name === "help" ? 1 : 0 } = line.command?.positionals ?? {};
  if (most === 0) return { candidates: describeOptions(line.options, place.names) };
  return before.length < most ? ((await positionals[line.row.name]?.(context, typed, before)) ?? none) : none;
}

const none: Offer = { candidates: [] };

const helpCandidate: Candidate = { value: "help", about: "help on a command or a topic" };

async function findValue(
  { option: name, lead }: Extract<Place, { kind: "value" }>,
  options: Options,
  typed: string,
  context: CompletionContext,
): Promise<Offer> {
  const option = options[name];
  if (option?.oneOf !== undefined)
    return withLead(
      lead,
      option.oneOf.map((value) => ({ value, about: "" })),
    );
  if (option?.value === "FILE") return { candidates: [], files: true };
  return withLead(lead, (await values[name]?.(context, typed.slice(lead.length), []))?.candidates ?? []);
}

function withLead(lead: string, candidates: readonly Candidate[]): Offer {
  return { candidates: candidates.map(({ value, about }) => ({ value: lead + value, about })) };
}

function describeOptions(options: Options, names: readonly string[]): readonly Candidate[] {
  return names.map((name) => ({ value: `--${name}`, about: options[name]?.about ?? "" }));
}

function describe(rows: readonly { readonly name: string; readonly summary: string }[]): readonly Candidate[] {
  return rows.map(({ name, summary }) => ({ value: name, about: summary }));
}
