import type { Options } from "../command-line/arguments.ts";

/** Options of every command; they may stand before or after its name. */
export const globalOptions: Options = {
  config: { value: "FILE", about: "configuration file (default: the nearest lateen.yaml up to the git root)" },
  env: { value: "NAME", about: "merge the overlay environments.NAME of the configuration" },
  sha: { value: "SHA", about: "the commit (default: the event's, else GITHUB_SHA)" },
  json: { about: "print one JSON document: --output json" },
  output: { value: "FORMAT", oneOf: ["text", "json", "ndjson"], about: "text, json or ndjson" },
  "result-file": { value: "FILE", about: "write the result document here on every exit" },
  override: { value: "CHECK=REASON", multiple: true, about: "waive exactly this check; recorded with the actor" },
  "detailed-exitcode": { about: "10 deferred, 11 superseded, 12 held, 13 a plan with changes" },
  quiet: { short: "q", about: "nothing on standard error unless it fails" },
  verbose: { short: "v", about: "more detail; stacks of errors" },
  color: { value: "WHEN", oneOf: ["auto", "always", "never"], about: "auto, always or never" },
  help: { short: "h", about: "this text" },
};

/** Options of the commands that write. */
export const writerOptions: Options = {
  "dry-run": { about: "read and refuse as always, write nothing" },
  yes: { short: "y", about: "do not ask at a terminal" },
};
