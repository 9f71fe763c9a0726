import type { Output } from "../host.ts";
import { describeEvent } from "./events.ts";
import type { Renderer } from "./renderer.ts";
import type { Style } from "./terminal/style.ts";

export interface PlainOptions {
  readonly out: Output;
  readonly style: Style;
  readonly verbose: boolean;
}

/** One line per change. */
export function createPlain({ out, style, verbose }: PlainOptions): Renderer {
  return {
    event(event) {
      const line = describeEvent(event);
      if (line === undefined || (line.level === "detail" && !verbose)) return;
      out.write(`${style.level(line.level, line.text)}\n`);
    },
    end: () => undefined,
  };
}
