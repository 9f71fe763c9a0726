import { calendar } from "@lateen/fleet/schema";
import { z } from "zod";
import * as field from "./fields.ts";

const date = (parse: (text: string) => number | undefined) =>
  field.words().refine((text) => parse(text) !== undefined, {
    // A window is not judged by a date that does not exist.
    abort: true,
    error: "must be a date such as 2026-12-31, or an instant with its offset such as 2026-12-31T18:00:00+01:00",
  });

/** A tenant that stays where it is. */
export const pin = () => z.strictObject({ reason: field.words(), until: date(calendar.parseUntil).optional() });
/** A window in which the fleet, or tenants of it, stay where they are. */
export const freeze = () =>
  z
    .strictObject({
      reason: field.words(),
      from: date(calendar.parseInstant).optional(),
      until: date(calendar.parseUntil).optional(),
      days: field
        .someOf(
          z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], { error: "must be a day such as sat" }),
          "days",
        )
        .optional(),
      hours: field
        .words()
        .refine((text) => calendar.parseHours(text) !== undefined, { error: "must be hours such as 22:00-06:00" })
        .optional(),
      zone: field.words().refine(calendar.isZone, { error: "must be a time zone such as Europe/Berlin" }).optional(),
      tenants: field.someOf(field.slug(), "tenants").optional(),
    })
    .refine(({ from, until }) => calendar.isSpan(from, until), {
      path: ["until"],
      error: "must be later than from: the window would hold at no time",
    });
