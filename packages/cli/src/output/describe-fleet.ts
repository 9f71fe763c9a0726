import type { FleetEvent } from "@lateen/fleet";
import { counted, type Describers, detail, info, short, step, warning } from "./text/line.ts";
import { inSeconds } from "./text/times.ts";

const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`;

/** Texts of the events of a rollout. */
export const describeFleet: Describers<FleetEvent> = {
  "rollout-started": (event) => step(`rollout of ${short(event.release.sha)} (${event.release.tag}) starts`),
  "rollout-resumed": (event) =>
    event.changed === undefined
      ? info(`rollout continues from its journal, ${event.facts} events are known`)
      : warning(
          `rollout continues from its journal, under a changed policy, of which the safer values hold: ${event.changed.join("; ")}`,
        ),
  "fleet-enumerated": (event) =>
    info(
      `fleet: ${counted(event.tenants.length, "tenant")}${event.pinned.length > 0 ? `, ${event.pinned.length} pinned` : ""}`,
    ),
  "baseline-read": (event) => detail(`asked ${counted(event.tenants.length, "tenant")} what they run`),
  "stages-planned": (event) =>
    step(`stages: ${event.stages.map(({ name, slugs }) => `${name} (${slugs.length})`).join(", ") || "none"}`),
  "wave-started": (event) =>
    step(`${event.wave}: ${counted(event.slugs.length, "tenant")}${event.canary ? ", which must not fail" : ""}`),
  "tenants-posted": (event) =>
    detail(`${event.wave}: asked for ${event.slugs.join(", ")}${event.attempt > 1 ? ` (try ${event.attempt})` : ""}`),
  "call-answered": (event) =>
    event.ok
      ? detail(`control plane answered for ${event.rows.length} tenants`)
      : warning(`control plane says not ok${event.message === undefined ? "" : `: ${event.message}`}`),
  "call-failed": (event) => warning(`control plane: ${event.message}`),
  "call-retried": (event) =>
    warning(`control plane: ${event.message}; again in ${inSeconds(event.delayMs)} for ${event.slugs.join(", ")}`),
  "enumeration-retried": (event) =>
    info(
      `control plane ${event.plane}: ${event.message}; its tenants are asked for again in ${inSeconds(event.delayMs)}`,
    ),
  "tenant-verified": (event) =>
    detail(`${event.slug} runs ${short(event.sha)}${event.verdict === "ahead" ? ", which is ahead" : ""}`),
  "tenant-failed": (event) => warning(`${event.slug}: ${event.reason}`),
  "soak-started": (event) => step(`${event.wave} soaks until ${new Date(event.until).toISOString().slice(0, 19)}Z`),
  "soak-probed": (event) =>
    detail(`${event.wave} soaks: ${event.healthy} of ${event.total} well, ${inSeconds(event.leftMs)} left`),
  "checks-started": (event) => info(`${event.wave}: checks at ${event.step}: ${event.checks.join(", ")}`),
  "check-sampled": ({ check, slug, wave, sample }) =>
    sample.verdict === "unknown" || sample.verdict === "bad"
      ? warning(`check ${check} on ${slug ?? wave}: ${sample.verdict}: ${sample.fact}`)
      : detail(`check ${check} on ${slug ?? wave}: ${sample.verdict}: ${sample.fact}`),
  "check-judged": ({ report: { name, slug, wave, verdict, reason } }) =>
    verdict === "passed"
      ? info(`check ${name} passed on ${slug ?? wave}: ${reason}`)
      : warning(`check ${name} ${verdict === "failed" ? "failed" : "is unknown"} on ${slug ?? wave}: ${reason}`),
  "wave-finished": (event) =>
    info(
      `${event.wave} done: ${event.healthy} healthy so far${event.failureBound < 0.5 ? `, so the failure rate is below ${percent(event.failureBound)} (95 %)` : ""}`,
    ),
  "guard-passed": (event) => detail(`guard ${event.guard} passed`),
  "guard-stopped": (event) => warning(`${event.guard}: ${event.reason}`),
  "rollout-halted": (event) => warning(`rollout halts: ${event.reason}`),
  "return-planned": (event) =>
    warning(
      `going back: ${counted(
        event.stages.reduce((sum, { slugs }) => sum + slugs.length, 0),
        "tenant",
      )}`,
    ),
  "fleet-enumerated-again": (event) =>
    event.born.length === 0
      ? undefined
      : info(`${event.born.length} tenants were born during the rollout and are rolled last`),
  "tenants-pinned": (event) => warning(`${event.slugs.join(", ")}: pinned or frozen by now, and left as they are`),
  "tenants-departed": (event) => warning(`${event.slugs.join(", ")}: no longer listed by the control plane`),
  "tenants-unmoved": (event) => warning(`${event.slugs.join(", ")}: not moved by a call in doubt; ${event.reason}`),
  "rollout-paused": ({ actor, reason }) =>
    info(`paused by ${actor}${reason === undefined ? "" : `: ${reason}`}; no wave starts until it continues`),
  "rollout-continued": ({ actor, reason }) =>
    info(`the pause is over: continued by ${actor}${reason === undefined ? "" : `: ${reason}`}`),
  "rollout-interrupted": () => detail("the journal says that the rollout was interrupted"),
  "rollout-finished": (event) => step(`rollout: ${event.outcome}`),
  "rollout-abandoned": (event) => warning(`rollout abandoned: ${event.reason}`),
  "sweep-started": (event) => step(`asking ${counted(event.tenants, "tenant")} what they run`),
  "sweep-progressed": (event) => detail(`${event.settled} of ${event.total} tenants settled`),
  "tenants-observed": (event) => detail(`${event.matching} of ${event.total} on target`),
  "fleet-covered": (event) =>
    info(`fleet: ${event.verified} verified, ${event.ahead} ahead, ${event.off} off target of ${event.enumerated}`),
};
