import { isLoopback } from "@lateen/kernel";
import { z } from "zod";
import { outcomes } from "../output/exit-codes.table.ts";
import * as field from "./fields.ts";

const schedule = () =>
  z.union([z.literal(false), field.duration()], { error: "must be false, or a duration such as 1h" });

const endOutcome = () =>
  z.enum(outcomes).exclude(["planned", "open", "latest"], { error: "must be an outcome, such as halted" });

function isReceiver(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

const webhook = () =>
  z.strictObject({
    name: field.words(),
    url: z.union([z.string().refine(isReceiver), field.secretSource()], {
      error: "must be an https address without credentials, or { env: NAME }",
    }),
    secret: field.secretSource().optional(),
    on: field.someOf(endOutcome(), "outcomes").optional(),
  });

/** Tasks of the service; the commands do not read it. */
export const service = () =>
  z.strictObject({
    engine: z.enum(["table", "dbos"], { error: "must be table or dbos" }).optional(),
    schedules: z
      .strictObject({ reconcile: schedule().optional(), status: schedule().optional(), ship: schedule().optional() })
      .default({}),
    webhooks: field
      .listOf(webhook(), "webhooks")
      .refine((hooks) => new Set(hooks.map(({ name }) => name)).size === hooks.length, {
        error: "must have names that differ",
      })
      .default([]),
  });
