import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A screen of the recording. */
interface Frame {
  /** Seconds since its beginning. */
  readonly at: number;
  readonly html: string;
}

declare const data: { readonly seconds: number; readonly frames: readonly Frame[] };
export { data };

/** Colours of a terminal on a dark ground, by their numbers. */
const colours: Readonly<Record<string, string>> = {
  "31": "#ff7b72",
  "32": "#56d364",
  "33": "#e3b341",
  "34": "#79c0ff",
  "35": "#d2a8ff",
  "36": "#76e3ea",
  "90": "#8b949e",
};

/** Text with escape sequences as HTML. Only colours, bold and dim are shown. */
function htmlOf(text: string): string {
  let style: string[] = [];
  // eslint-disable-next-line no-control-regex
  return text.split(/\u001b\[([\d;]*)([A-Za-z])/).reduce((html, part, index, parts) => {
    if (index % 3 === 1) {
      if (parts[index + 1] === "m") style = part.split(";").reduce(styled, style);
      return html;
    }
    if (index % 3 === 2 || part === "") return html;
    const safe = part.replaceAll("\r\n", "\n").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return html + (style.length === 0 ? safe : `<span style="${style.join(";")}">${safe}</span>`);
  }, "");
}

function styled(style: string[], code: string): string[] {
  if (code === "" || code === "0") return [];
  if (code === "1") return [...style, "font-weight:bold"];
  if (code === "2") return [...style, "opacity:0.65"];
  const colour = colours[code];
  return colour === undefined ? style : [...style, `color:${colour}`];
}

export default {
  watch: ["public/rollout.cast"],
  load(): typeof data {
    const [, ...lines] = readFileSync(join(import.meta.dirname, "public/rollout.cast"), "utf8")
      .trimEnd()
      .split("\n");
    const frames = lines
      .map((line) => JSON.parse(line) as [number, string, string])
      .filter(([, kind]) => kind === "o")
      .map(([at, , text]) => ({ at, html: htmlOf(text) }));
    return { seconds: frames.at(-1)?.at ?? 1, frames };
  },
};
