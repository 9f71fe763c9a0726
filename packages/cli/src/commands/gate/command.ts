import type { Command } from "../command.ts";

/** `lateen gate`. */
export const gate: Command = {
  about:
    "The verdict of the required checks and workflows for a commit. Reads the kill switch too, and whether a newer commit owns production if there is a section supersession.",
  options: { wait: { about: "poll until the verdict is final or gate.timeout has passed" } },
  examples: [
    ["lateen gate --sha abcdef1", "one look"],
    ["lateen gate --wait --detailed-exitcode", "wait, and tell deferred from open by the exit code"],
  ],
  async run(context) {
    const { judgeGate } = await import("./run.ts");
    return await judgeGate(context, { wait: context.args.has("wait") });
  },
};
