import { parseRegistryRef } from "../../command-line/registry-ref.ts";
import type { Command } from "../command.ts";

/** `lateen inspect REF`. */
export const inspect: Command = {
  about: "Digest, media type, platforms, labels and revision of an image.",
  positionals: { usage: "REF", least: 1, most: 1 },
  examples: [["lateen inspect ghcr.io/acme/platform:latest", "what a tag names"]],
  async run(context) {
    const ref = parseRegistryRef(context.args.positionals[1] ?? "");
    const [{ openJob }, { inspect: look }, { formatInspection }] = await Promise.all([
      import("../open-job.ts"),
      import("@lateen/registry"),
      import("./render.ts"),
    ]);
    const job = await openJob(context);
    const verdict = await look(ref, { registries: await job.wiring.registries(), clock: job.wiring.clock }, job.signal);
    const { evidence } = verdict;
    if (verdict.kind === "stop") {
      const { outcome, code, reason } = verdict;
      return { outcome, document: { code, reason, evidence }, answer: "" };
    }
    return { outcome: "ok", document: { images: [verdict.value], evidence }, answer: formatInspection(verdict.value) };
  },
};
