import type { Digest } from "@lateen/kernel";
import type { PlannedTag, PromotionPlan } from "../decide/plan-promotion.ts";
import type { ImageReport, PromotionInput, PromotionReport, TagAction, TagReport } from "../promotion.ts";
import type { Settled } from "../steps/settle.ts";
import type { TrackedTag } from "../steps/tracked-tag.ts";

function reportImages(
  { images, tags }: Pick<PromotionInput, "images" | "tags">,
  of: (
    repository: string,
    tag: string,
  ) => { readonly wanted: Digest | undefined; readonly report: TagReport } | undefined,
  pinOf: (repository: string) => TagReport | undefined,
): ImageReport[] {
  return images.map(({ repository, candidate }) => {
    const found = tags.map((tag) => of(repository, tag));
    const pin = pinOf(repository);
    const digest = found.find((one) => one?.wanted !== undefined)?.wanted;
    return {
      repository,
      ...(candidate === "" ? {} : { candidate }),
      ...(digest === undefined ? {} : { digest }),
      tags: found.flatMap((one) => (one === undefined ? [] : [one.report])),
      ...(pin === undefined ? {} : { pin }),
    };
  });
}

/** The report of a plan: of one that is ready, what it does; of a refused one, that nothing moved and what was refused. */
export function reportPlan(input: PromotionInput, plan: PromotionPlan): PromotionReport {
  const ready = plan.kind === "ready";
  const images = reportImages(
    input,
    (repository, name) => {
      const planned = plan.tags.find((one) => one.repository === repository && one.tag === name);
      if (planned === undefined) return undefined;
      const { before, wanted, tag } = planned;
      const action = ready ? readyActions[planned.action] : isRefused(planned, plan) ? "refused" : "unchanged";
      return { wanted, report: tagReport(tag, action, before, ready ? wanted : before) };
    },
    (repository) => {
      const pin = plan.pins.find((one) => one.repository === repository);
      if (pin === undefined || !ready) return undefined;
      return tagReport(pin.tag, readyActions[pin.action], pin.before, pin.wanted);
    },
  );
  const changed = ready && plan.tags.some(({ action }) => action === "move" || action === "create");
  return { target: input.target ?? "default", commit: input.release.sha, images, changed };
}

/** True if the ledger refuses, which it does for every tag that would have moved. */
function isRefused({ action }: PlannedTag, { ledger }: PromotionPlan): boolean {
  return action === "refuse" || (ledger === "refuse" && (action === "move" || action === "create"));
}

const readyActions = {
  keep: "unchanged",
  create: "created",
  move: "moved",
  refuse: "refused",
  unknown: "unchanged",
} as const;

/** The report of tags that were settled, or not. */
export function reportSettled(
  input: Pick<PromotionInput, "images" | "tags" | "target">,
  { head, tags }: Settled,
  appended: boolean,
): PromotionReport {
  const images = reportImages(
    input,
    (repository, name) => {
      const tracked = tags.find((one) => one.repository === repository && one.tag === name);
      return tracked === undefined ? undefined : { wanted: tracked.wanted, report: reportTracked(tracked) };
    },
    (repository) => {
      const pin = tags.find((one) => one.isPin && one.repository === repository);
      return pin === undefined ? undefined : reportTracked(pin);
    },
  );
  const all = images.flatMap((image) => image.tags);
  return {
    target: input.target ?? "default",
    commit: head.entry.commit,
    images,
    ledger: { entry: head.id, position: head.position, appended },
    changed: all.some(({ action }) => action === "moved" || action === "created"),
  };
}

function reportTracked({ tag, before, wanted, decision, seen }: TrackedTag): TagReport {
  const after = seen?.kind === "found" ? seen.value.digest : undefined;
  if (decision === "foreign") return tagReport(tag, "foreign", before, after);
  if (decision !== "settled") return tagReport(tag, "pending", before, after);
  return tagReport(tag, before === wanted ? "unchanged" : before === undefined ? "created" : "moved", before, wanted);
}

function tagReport(tag: string, action: TagAction, before: Digest | undefined, after: Digest | undefined): TagReport {
  return { tag, action, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
