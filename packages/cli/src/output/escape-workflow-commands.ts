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

/** Characters that a terminal obeys or does not show, line feeds and tabs of the layout apart; the same as in `plainText` of the kernel. */
const invisible = /[\u007f-\u009f\p{Zl}\p{Zp}\ufff9-\ufffb\p{Default_Ignorable_Code_Point}]/gu;

/** JSON text with the same meaning in which no runner finds a command, and a terminal nothing that it cannot show. */
export function guardJson(json: string): string {
  return json.replaceAll("##[", String.raw`#\u0023[`).replace(invisible, escapeUnits);
}

function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** Text as the message of a workflow command. */
export function commandData(text: string): string {
  return text.replaceAll("##[", "# #[").replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
