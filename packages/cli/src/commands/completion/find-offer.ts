import type { Command, CommandRow } from "../command.ts";
import { helpTopics } from "../../help/topics.ts";
import type { Options } from "../../command-line/arguments.ts";
import type { Candidate, Offer } from "./candidate.ts";
import { offerCommits, offerReleases } from "./commits.ts";
import type { Place } from "./decide-place.ts";
import { offerImages, offerTags } from "./images.ts";
import type { Inquiry } from "./inquiry.ts";
import { offerChecks, offerEnvironments, offerScenarios, offerTargets, offerWorkflows } from "./names.ts";
import { shells } from "./shells.ts";
import { offerTenants } from "./tenants.ts";

type Find = (inquiry: Inquiry, typed: string, before: readonly string[]) => Promise<Offer> | Offer;

/** What the value of an option is, by the option's name; those that are not here are free text, or say themselves what they take. */
const values: Readonly<Record<string, Find>> = {
  sha: async (inquiry, typed) => ({ candidates: await offerCommits(inquiry, typed) }),
  to: async (inquiry, typed) => ({ candidates: await offerReleases(inquiry, typed) }),
  only: async (inquiry, typed) => ({ candidates: await offerTenants(inquiry, typed) }),
  override: async (inquiry, typed) => ({ candidates: typed.includes("=") ? [] : await offerChecks(inquiry) }),
  env: async (inquiry) => ({ candidates: await offerEnvironments(inquiry) }),
  target: async (inquiry) => ({ candidates: await offerTargets(inquiry) }),
};

/** What the arguments of a command are; `before` are those in front, without the command's name. */
const positionals: Readonly<Record<string, Find>> = {
  inspect: async (inquiry, typed) => ({ candidates: await offerImages(inquiry, typed) }),
  retag: async (inquiry, typed, [source]) => ({
    candidates: source === undefined ? await offerImages(inquiry, typed) : await offerTags(inquiry, source, typed),
  }),
  explain: async (inquiry, typed) => ({ candidates: await offerCommits(inquiry, typed) }),
  report: () => ({ candidates: [], files: true }),
  "lint-workflow": (inquiry) => ({ candidates: offerWorkflows(inquiry), files: true }),
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

/** What may stand in `place`. */
export async function findOffer(place: Place, line: Line, typed: string, inquiry: Inquiry): Promise<Offer> {
  if (place.kind === "option") return { candidates: describeOptions(line.options, place.names) };
  if (place.kind === "value") return await findValue(place, line.options, typed, inquiry);
  const [first, ...before] = place.before;
  if (line.row === undefined)
    return { candidates: first === undefined ? [...describe(inquiry.commands), helpCandidate] : [] };
  const { most = line.row.name === "help" ? 1 : 0 } = line.command?.positionals ?? {};
  if (most === 0) return { candidates: describeOptions(line.options, place.names) };
  return before.length < most ? ((await positionals[line.row.name]?.(inquiry, typed, before)) ?? none) : none;
}

const none: Offer = { candidates: [] };

const helpCandidate: Candidate = { value: "help", about: "help on a command or a topic" };

async function findValue(
  { option: name, lead }: Extract<Place, { kind: "value" }>,
  options: Options,
  typed: string,
  inquiry: Inquiry,
): Promise<Offer> {
  const option = options[name];
  if (option?.oneOf !== undefined)
    return withLead(
      lead,
      option.oneOf.map((value) => ({ value, about: "" })),
    );
  if (option?.value === "FILE") return { candidates: [], files: true };
  return withLead(lead, (await values[name]?.(inquiry, typed.slice(lead.length), []))?.candidates ?? []);
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
