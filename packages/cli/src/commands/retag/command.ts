import { parseRegistryRef } from "../../command-line/registry-ref.ts";
import { formatTags } from "../../output/answer.ts";
import { asPlanned, tagEvidenceAsPlanned } from "../../output/conclude.ts";
import type { ImageResult } from "../../output/result.ts";
import { counted, shortDigest } from "../../output/text/line.ts";
import type { Command } from "../command.ts";
import { readRetag } from "./read-retag.ts";

/** `lateen retag SOURCE TAG…`. */
export const retag: Command = {
  about:
    "Point tags at SOURCE's digest, and read them back. TAG is a tag such as latest, or a full reference elsewhere.",
  positionals: { usage: "SOURCE TAG…", least: 2, most: 1000 },
  options: {
    settle: { value: "DURATION", about: "how long a tag may take to show the new digest (default 60s)" },
    referrers: { about: "bring signatures, attestations and SBOMs along into another repository" },
  },
  examples: [
    ["lateen retag ghcr.io/acme/platform:staging-abcdef1 latest", "within a repository"],
    ["lateen retag ghcr.io/acme/platform@sha256:… registry.example.com/acme/platform:latest", "into another registry"],
  ],
  async run(context) {
    const input = readRetag(context.args, parseRegistryRef);
    const [{ openWriterJob }, { retag: move }] = await Promise.all([
      import("../open-writer-job.ts"),
      import("@lateen/registry"),
    ]);
    const job = await openWriterJob(context);
    const ports = { registries: await job.wiring.registries(), clock: job.wiring.clock, report: job.report };
    const verdict = await move(input, ports, job.signal);
    const done = verdict.value?.images.map(({ repository, candidate, digest, tags }) => ({
      repository,
      candidate,
      digest,
      tags: tags.map(({ tag, before, after, action }) => ({ tag, before, after, action })),
    }));
    const images = context.dryRun ? done?.map(asPlanned) : done;
    const outcome =
      verdict.kind === "stop"
        ? verdict.outcome
        : context.dryRun
          ? "planned"
          : verdict.value.changed
            ? "ok"
            : "unchanged";
    const isPlanned = context.dryRun && verdict.kind === "go";
    const evidence = isPlanned ? tagEvidenceAsPlanned(verdict.evidence) : verdict.evidence;
    const { code, reason = describe(outcome, done ?? []) } =
      verdict.kind === "stop" ? verdict : { code: undefined, reason: undefined };
    return {
      outcome,
      document: { code, reason, images, evidence },
      answer: formatTags(images ?? []),
    };
  },
};

/** What became of the tags, in one sentence. */
function describe(outcome: string, images: readonly ImageResult[]): string {
  const tags = counted(images.flatMap(({ tags: of = [] }) => of).length, "tag");
  const digest = shortDigest(images[0]?.digest);
  if (outcome === "unchanged") return `${tags} named ${digest} already`;
  return outcome === "planned"
    ? `${tags} would name ${digest}`
    : `${tags} now ${tags === "1 tag" ? "names" : "name"} ${digest}, as read back`;
}
