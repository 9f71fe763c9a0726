import { z } from "zod";
import * as field from "./fields.ts";

const steps = ["canary", "wave", "soak", "fleet", "promotion"] as const;
const stepAdvice = "must be canary, wave, soak, fleet or promotion, or a list of them";
const step = () => z.enum(steps, { error: stepAdvice });

const limit = () => z.number({ error: "must be a number" });

const regression = () =>
  z.strictObject({
    alpha: z
      .number({ error: "must be a probability, such as 0.01" })
      .gt(0, { error: "must be above 0" })
      .lt(1, { error: "must be below 1" }),
  });

const http = () =>
  z.strictObject({
    url: field.checkAddress(),
    method: z.enum(["GET", "HEAD", "POST", "PUT"], { error: "must be GET, HEAD, POST or PUT" }).default("GET"),
    status: field
      .count(100)
      .refine((status) => status <= 599, { error: "must be an HTTP status" })
      .default(200),
    json: z.unknown().optional(),
    headers: z.record(z.string(), field.secretSource()).default({}),
    insecure: field.flag().default(false),
  });

const prometheus = () =>
  z.strictObject({
    url: field.address().optional(),
    query: field.words().optional(),
    below: limit().optional(),
    above: limit().optional(),
    maxAge: field.duration().optional(),
    token: field.secretSource().optional(),
    failures: field.words().optional(),
    trials: field.words().optional(),
    regression: regression().optional(),
    insecure: field.flag().default(false),
  });

const input = () =>
  z.union([z.string(), z.number(), z.boolean()], { error: "must be text, a number or true or false" });

const workflow = () =>
  z.strictObject({
    file: field.words().refine((text) => /^[^/]+\.ya?ml$/.test(text), {
      error: "must be the name of a workflow file, such as e2e.yml",
    }),
    inputs: z.record(z.string(), input().transform(String)).default({}),
    ref: field.words().optional(),
  });

/** One entry of `fleet.checks`; what belongs together is found by `checkProblems`. */
export const fleetCheck = () =>
  z.strictObject({
    name: field.words().refine((text) => text.length <= 60, { error: "must have at most 60 characters" }),
    at: z
      .union([step(), z.array(step()).min(1)], { error: stepAdvice })
      .transform((at) => [...new Set(typeof at === "string" ? [at] : at)]),
    exec: field.someOf(field.words(), "arguments").optional(),
    http: http().optional(),
    prometheus: prometheus().optional(),
    workflow: workflow().optional(),
    timeout: field.duration().optional(),
    every: field.duration().optional(),
    for: z
      .union([z.literal("soak"), field.duration()], { error: 'must be "soak" or a duration such as 5m' })
      .optional(),
    samples: field.count(1).optional(),
    onUnknown: z.enum(["wait", "halt"], { error: "must be wait or halt: unknown never passes" }).optional(),
    regression: regression().optional(),
    env: field.listOf(field.variable(), "names of variables").default([]),
  });

export type CheckConfig = z.output<ReturnType<typeof fleetCheck>>;
