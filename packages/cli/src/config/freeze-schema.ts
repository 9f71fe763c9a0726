import { isZone, parseInstant, parseUntil } from "@lateen/fleet/schema";
import { z } from "zod";
import * as field from "./fields.ts";

const date = (parse: (text: string) => number | undefined) =>
  field.words().refine((text) => parse(text) !== undefined, {
    error: "must be a date such as 2026-12-31, or an instant with its offset such as 2026-12-31T18:00:00+01:00",
  });

/** A tenant that stays where it is. */
export const pin = () => z.strictObject({ reason: field.words(), until: date(parseUntil).optional() });
/** A window in which the fleet, or tenants of it, stay where they are. */
export const freeze = () =>
  z.strictObject({
    reason: field.words(),
    from: date(parseInstant).optional(),
    until: date(parseUntil).optional(),
    days: field
      .someOf(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], { error: "must be a day such as sat" }), "days")
      .optional(),
    zone: field.words().refine(isZone, { error: "must be a time zone such as Europe/Berlin" }).optional(),
    tenants: field.someOf(field.slug(), "tenants").optional(),
  });
