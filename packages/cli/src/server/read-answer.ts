import { journalEntrySchema } from "@lateen/fleet/schema";
import { z } from "zod";
import type { AnyEvent, Stage } from "../output/events.ts";
import { readDocument } from "../output/read-result.ts";
import type { ResultDocument } from "../output/result.ts";
import { resultSchema } from "../output/result-schema.ts";
import { neutralised } from "./neutralised.ts";

/**
 * The result that a service gives, by the published schema; undefined if it is none.
 *
 * What does not fit is left out, and the reason says so. An outcome that this version does not know is `unknown`, and is named.
 */
export function readServerResult(value: unknown): ResultDocument | undefined {
  const harmless = neutralised(value);
  const whole = resultSchema.safeParse(harmless).data;
  if (whole !== undefined) return whole;
  const read = readDocument(harmless);
  if (read === undefined) return undefined;
  const outcome = resultSchema.shape.outcome.safeParse(read.outcome).data;
  const note =
    outcome === undefined
      ? `the service calls the outcome ${JSON.stringify(read.outcome)}, a word of another version`
      : "parts of the result that this version cannot read are left out";
  const reason = [...(read.reason === undefined ? [] : [read.reason]), note].join("; ");
  return outcome === undefined
    ? { ...read, outcome: "unknown", code: "SERVER_OUTCOME_UNKNOWN", reason }
    : { ...read, outcome, reason };
}

/** Facts of the journal that the renderers know; the others are for programs. */
const shownFacts: ReadonlySet<string> = new Set([
  "fleet-enumerated",
  "wave-started",
  "wave-finished",
  "tenants-posted",
  "call-answered",
  "call-failed",
  "tenant-verified",
  "tenant-failed",
  "soak-started",
  "rollout-halted",
  "rollout-paused",
  "rollout-continued",
]);

const stages = [
  "kill-switch",
  "supersession",
  "gate",
  "release",
  "rollout",
  "verify",
  "promotion",
] as const satisfies readonly Stage[];

/** Events of the pipeline, in addition to those of the journal. */
const stepSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("stage-started"), stage: z.enum(stages), about: z.string() }),
  z.object({ type: z.literal("warned"), message: z.string() }),
]);

/** The event that a service gives, if it is one that is shown and has its form; a line less is better than a wrong one. */
export function readServerEvent(value: { readonly type: string }): AnyEvent | undefined {
  const harmless = neutralised(value);
  return shownFacts.has(value.type) ? journalEntrySchema.safeParse(harmless).data : stepSchema.safeParse(harmless).data;
}
