import type { Options } from "../../src/command-line/arguments.ts";
import type { Place } from "../../src/commands/completion/decide-place.ts";

/** The options that the rows are read with. */
export const placeOptions: Options = {
  sha: { value: "SHA", about: "" },
  override: { value: "CHECK=REASON", multiple: true, about: "" },
  settle: { value: "DURATION", short: "s", about: "" },
  quiet: { short: "q", about: "" },
};

/** The words so far, and what the last of them is. */
export interface PlaceRow {
  readonly words: readonly string[];
  readonly place: Place;
}

const every = ["sha", "override", "settle", "quiet"];
const argument = (before: readonly string[], names: readonly string[] = every): Place => ({ kind: "argument", before, names });
const value = (option: string, lead = ""): Place => ({ kind: "value", option, lead });
const option = (...names: readonly string[]): Place => ({ kind: "option", names });

/** Every kind of place, and what is easily taken for another one. */
export const placeTable: readonly PlaceRow[] = [
  { words: [], place: argument([]) },
  { words: [""], place: argument([]) },
  { words: ["sh"], place: argument([]) },
  { words: ["ship", ""], place: argument(["ship"]) },
  { words: ["retag", "a:b", "c"], place: argument(["retag", "a:b"]) },
  { words: ["ship", "-"], place: option(...every) },
  { words: ["ship", "--sh"], place: option(...every) },
  { words: ["ship", "-q", "--sh"], place: option("sha", "override", "settle") },
  { words: ["ship", "--sha", "a", "--override", "b", "-"], place: option("override", "settle", "quiet") },
  { words: ["ship", "--sha", ""], place: value("sha") },
  { words: ["--sha", "abc"], place: value("sha") },
  { words: ["ship", "--sha", "-"], place: value("sha") },
  { words: ["ship", "-s", ""], place: value("settle") },
  { words: ["ship", "-qs", ""], place: value("settle") },
  { words: ["ship", "--sha="], place: value("sha", "--sha=") },
  { words: ["ship", "--override=gate=x"], place: value("override", "--override=") },
  { words: ["ship", "--quiet", ""], place: argument(["ship"], ["sha", "override", "settle"]) },
  { words: ["ship", "--quiet="], place: option(...every) },
  { words: ["ship", "--sha=abc", ""], place: argument(["ship"], ["override", "settle", "quiet"]) },
  { words: ["ship", "--nothing", ""], place: argument(["ship"]) },
  { words: ["ship", "--override", "--sha", ""], place: argument(["ship"]) },
  { words: ["ship", "--", "--sh"], place: argument(["ship"], []) },
  { words: ["ship", "--", "--sha", ""], place: argument(["ship", "--sha"], []) },
  { words: ["ship", "--sha", "--", "--s"], place: option("override", "settle", "quiet") },
];
