import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Screen when the recording reached one of its markers. */
interface Frame {
  readonly label: string;
  readonly screen: string;
}

declare const data: readonly Frame[];
export { data };

export default {
  watch: ["public/rollout.cast"],
  load(): readonly Frame[] {
    const [, ...lines] = readFileSync(join(import.meta.dirname, "public/rollout.cast"), "utf8")
      .trimEnd()
      .split("\n");
    const frames: Frame[] = [];
    let screen = "";
    for (const line of lines) {
      const [, kind, text] = JSON.parse(line) as [number, string, string];
      if (kind === "m") frames.push({ label: text, screen });
      // eslint-disable-next-line no-control-regex
      else screen = text.replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, "").replaceAll("\r\n", "\n");
    }
    return frames;
  },
};
