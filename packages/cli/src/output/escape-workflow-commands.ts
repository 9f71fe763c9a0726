/**
 * A line that no runner takes for a command to itself.
 *
 * Runners obey `::name::` at the beginning of a line and `##[name]` anywhere in it, on both streams.
 * Source: docs.github.com, "Workflow commands"; actions/runner, ActionCommand.cs.
 */
export function guardLine(line: string): string {
  return line.replace(/^(\s*):(?=:)/, "$1: ").replaceAll("##[", "# #[");
}

/** {@link guardLine} for each line of a text. */
export function guardText(text: string): string {
  return text.split("\n").map(guardLine).join("\n");
}

/** JSON text with the same meaning in which no runner finds a command. */
export function guardJson(json: string): string {
  return json.replaceAll("##[", String.raw`#\u0023[`);
}

/** Text as the message of a workflow command. */
export function commandData(text: string): string {
  return text.replaceAll("##[", "# #[").replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
