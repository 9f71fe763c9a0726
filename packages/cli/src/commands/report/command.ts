import { relative, resolve } from "node:path";
import type { Command } from "../command.ts";

/** `lateen report [FILE]`. */
export const report: Command = {
  about:
    "Makes one self-contained HTML file of a result document or of a journal: timeline of every tenant, waves, tags, evidence, raw data.",
  positionals: { usage: "[FILE]", least: 0, most: 1 },
  reads: (args) => args.positionals.slice(1, 2),
  options: { out: { value: "FILE", about: "output file (default: lateen-report.html)" } },
  examples: [
    ["lateen report result.json", "of a --result-file"],
    ["lateen report", "of the configured journal"],
  ],
  async run(context) {
    const [{ readSource }, { renderReport }] = await Promise.all([
      import("../../output/html/read-source.ts"),
      import("../../output/html/render-report.ts"),
    ]);
    const { args, host } = context;
    const source = await readSource(context, args.positionals[1]);
    const path = resolve(host.cwd, args.text("out") ?? "lateen-report.html");
    host.files.replace(path, context.vault.mask(renderReport(source, new Date(host.clock.now()).toISOString())));
    const file = relative(host.cwd, path);
    return { outcome: "ok", document: { reason: `wrote ${file}`, files: [file] }, answer: file };
  },
};
