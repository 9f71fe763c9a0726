import { plainText } from "@lateen/kernel";
import type { inspect } from "@lateen/registry";
import { table } from "../../output/answer.ts";

type Inspection = NonNullable<Awaited<ReturnType<typeof inspect>>["value"]>;

/** An image for people. */
export function formatInspection({ repository, digest, mediaType, platforms, labels, revision }: Inspection): string {
  const rows = [
    ["repository", repository],
    ["digest", digest],
    ["media type", mediaType],
    ["platforms", platforms.join(", ")],
    ["revision", revision ?? "(none that all platforms agree on)"],
    ...Object.entries(labels).map(([name, value]) => [`label ${plainText(name, 100)}`, plainText(value, 200)]),
  ];
  return table(rows);
}
