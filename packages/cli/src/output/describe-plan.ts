import { plainText } from "@lateen/kernel";
import type { FleetResult, ImageResult, ResultDocument } from "./result.ts";
import { columns, counted, short, shortDigest, someOf } from "./text/line.ts";
import { rounded } from "./text/times.ts";

type Planned = Pick<ResultDocument, "commit" | "subject" | "gate" | "fleet" | "images" | "expected">;

/** Maximum waves and tags that are named; `lateen plan` has the others. */
const mostNamed = 8;

/** A plan in the lines that the question before a run holds: commit, fleet with its waves, tags, and the time it may take. */
export function describePlan(document: Planned): readonly string[] {
  const { commit, subject, gate, fleet, images = [] } = document;
  const waits = (gate?.checks ?? []).filter(({ state }) => state !== "success");
  const rows: (readonly [string, string])[] = [
    ["commit", `${short(commit)}  ${plainText(subject ?? "", 100)}`.trimEnd()],
    ...(waits.length === 0
      ? []
      : [
          [
            "gate",
            `waits for ${someOf(
              waits.map(({ name, state }) => `${plainText(name, 60)} (${state})`),
              mostNamed,
            )}`,
          ] as const,
        ]),
    ...(fleet === undefined ? [] : fleetRows(fleet)),
    ...tagRows(images),
    ["time", formatExpected(document)],
  ];
  return columns(rows);
}

function fleetRows(fleet: FleetResult): readonly (readonly [string, string])[] {
  const moved = fleet.tenants.filter(({ verdict }) => verdict === "planned");
  if (moved.length === 0) return [["fleet", `none of ${counted(fleet.enumerated, "tenant")} would be moved`]];
  const from = Map.groupBy(moved, ({ before }) => short(before));
  const before = from.size === 1 ? [...from.keys()] : [...from].map(([sha, tenants]) => `${sha} (${tenants.length})`);
  const forecast = (fleet.forecast?.waves ?? []).map(
    ({ name, tenants, soakMs }) => `${name} ${tenants}${soakMs > 0 ? ` (soak ${rounded(soakMs)})` : ""}`,
  );
  // A resumed rollout has no forecast: its waves are those of its journal, as far as they are left.
  const left = [...Map.groupBy(moved, ({ wave = "" }) => wave)].map(([name, { length }]) => `${name} ${length}`);
  const waves = forecast.length === 0 ? left : forecast;
  return [
    [
      "fleet",
      `${someOf(before, mostNamed)} → ${short(moved[0]?.after)}, ${moved.length} of ${counted(fleet.enumerated, "tenant")}`,
    ],
    ["waves", someOf(waves, mostNamed)],
  ];
}

function tagRows(images: readonly ImageResult[]): readonly (readonly [string, string])[] {
  const tags = images.flatMap(({ repository, tags: own = [] }) => own.map((tag) => ({ repository, ...tag })));
  const moving = tags.filter(({ action }) => action.startsWith("would-"));
  if (moving.length === 0)
    return tags.length === 0 ? [] : [["tags", `none of ${counted(tags.length, "tag")} would be moved`]];
  const lines = moving
    .slice(0, mostNamed)
    .map(
      ({ repository, tag, before, after }) => `${repository}:${tag}  ${shortDigest(before)} → ${shortDigest(after)}`,
    );
  const more = moving.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].map(
    (line, at) => [at === 0 ? "tags" : "", line] as const,
  );
}

/** Expected duration, by the last times; without history it says so. */
export function formatExpected({ fleet, gate, expected }: Planned): string {
  const waits = gate !== undefined && ["wait", "defer"].includes(gate.verdict);
  const moves = fleet?.tenants.some(({ verdict }) => verdict === "planned") === true;
  const soakMs = (fleet?.forecast?.waves ?? []).reduce((sum, wave) => sum + wave.soakMs, 0);
  const soaks = soakMs > 0 ? `; soaking alone takes ${rounded(soakMs)}` : "";
  const parts = [
    ...(waits ? [`gate ${formatSpan(expected?.gate)}`] : []),
    ...(moves ? [`rollout ${formatSpan(expected?.rollout)}${expected?.rollout === undefined ? soaks : ""}`] : []),
  ];
  return parts.length === 0 ? "seconds" : parts.join(", ");
}

type Span = NonNullable<NonNullable<ResultDocument["expected"]>["rollout"]>;

/** The median and, of several, the range. */
export function formatSpan(span: Span | undefined): string {
  if (span === undefined) return "no history yet";
  const { medianMs, fromMs, toMs, of } = span;
  const last = of === 1 ? "the last time" : `the last ${of} times`;
  const range = of === 1 ? last : `${rounded(fromMs)} to ${rounded(toMs)}, ${last}`;
  return `about ${rounded(medianMs)} (${range})`;
}
