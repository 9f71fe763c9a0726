import type { Verdict } from "@lateen/kernel";
import type { PromotionReport } from "@lateen/promote";
import { plannedEntry } from "../../job/dry-run/record-ledger.ts";
import type { ImageResult } from "../../output/result.ts";
import type { PipelineState } from "../run-pipeline.ts";

/** A promotion's report as the result document has it; of a check that passes only the release itself counts. */
export function withReport(
  verdict: Verdict<PromotionReport | undefined>,
  stage: "release" | "promotion",
  others: readonly ImageResult[],
): Verdict<Partial<PipelineState>> {
  const report = verdict.value;
  if (report === undefined) return { ...verdict, value: {} } as Verdict<Partial<PipelineState>>;
  // A planned move has not happened: only the promotion itself, and a refusal, may speak of tags.
  if (stage === "release" && verdict.kind === "go")
    return {
      ...verdict,
      value: {
        images: mergeImages(
          others,
          report.images.map(({ repository, candidate, digest }) => ({ repository, candidate, digest })),
        ),
      },
    };
  const ledger =
    report.ledger === undefined || report.ledger.entry === plannedEntry
      ? {}
      : { ledger: { entry: report.ledger.entry, position: report.ledger.position } };
  const newer = report.supersededBy === undefined ? {} : { supersededBy: report.supersededBy };
  return {
    ...verdict,
    value: {
      images: mergeImages(others, report.images),
      ...ledger,
      ...newer,
      changed: stage === "promotion" && report.changed,
    },
  };
}

/** Destinations of several targets side by side; of one that is in both, the tags are put together. */
function mergeImages(before: readonly ImageResult[], added: readonly ImageResult[]): readonly ImageResult[] {
  const merged = new Map(before.map((image) => [image.repository, image]));
  for (const image of added) {
    const own = new Set(image.tags?.map(({ tag }) => tag));
    const tags = [
      ...(merged.get(image.repository)?.tags ?? []).filter(({ tag }) => !own.has(tag)),
      ...(image.tags ?? []),
    ];
    merged.set(image.repository, { ...image, ...(tags.length === 0 ? {} : { tags }) });
  }
  return [...merged.values()];
}
