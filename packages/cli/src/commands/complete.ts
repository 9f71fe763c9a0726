import type { Command } from "./command.ts";

/** `lateen __complete -- WORDS`: what the scripts of `lateen completion` ask. */
export const complete: Command = {
  about: "Candidates for the last of the words, one per line.",
  positionals: { usage: "-- WORDS", least: 0, most: 1000 },
  examples: [],
  async run(context) {
    const { completeWords, formatCandidates } = await import("../complete/candidates.ts");
    const words = context.args.positionals.slice(1).map((word) => (word === '""' ? "" : word));
    return { outcome: "ok", document: {}, answer: formatCandidates(await completeWords(words, context)) };
  },
};
