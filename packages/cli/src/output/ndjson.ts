import { isoNow, type Clock } from "@lateen/kernel";
import type { Output } from "../host.ts";
import { guardJson } from "./escape-workflow-commands.ts";
import type { Renderer } from "./renderer.ts";

/** One JSON value per line: the version, every event with its time, and the result document at the end. */
export function createNdjson(out: Output, clock: Clock): Renderer {
  const write = (value: object): void => out.write(`${guardJson(JSON.stringify(value))}\n`);
  write({ type: "version", schemaVersion: 1 });
  return {
    // The journal has what is recalled, and may be long.
    event: (event) => (event.type === "facts-recalled" ? undefined : write({ ...event, at: isoNow(clock) })),
    end: (document) => write({ type: "result", ...document }),
  };
}
