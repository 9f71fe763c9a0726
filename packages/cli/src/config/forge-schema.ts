import { z } from "zod";
import * as field from "./fields.ts";

/** The section `forge`. */
export const forge = () =>
  z
    .strictObject({
      kind: z.enum(["github", "gitea"], { error: "must be github or gitea" }),
      url: field.address(),
      api: field.address().optional(),
      repository: field.words().refine((text) => /^[\w.-]+\/[\w.-]+$/.test(text), { error: "must be owner/name" }),
      branch: field.words().default("main"),
      token: field.secretSource().optional(),
      app: z
        .strictObject({
          id: z.union([field.words(), field.count(1)]),
          key: field.secretSource(),
          installation: field.count(1).optional(),
        })
        .optional(),
      insecure: field.flag().default(false),
    })
    .transform((value) => ({ ...value, api: value.api ?? derivedApi(value.kind, value.url) }));

/** Derived address of the API of a forge of `kind` at `url`. */
export function derivedApi(kind: "github" | "gitea", url: string): string {
  if (kind === "gitea") return `${url}/api/v1`;
  if (url === "https://github.com") return "https://api.github.com";
  // Source: GitHub Enterprise Cloud with data residency has its API at `api.` of its subdomain of ghe.com.
  return /^https:\/\/[a-z0-9-]+\.ghe\.com$/i.test(url) ? url.replace("https://", "https://api.") : `${url}/api/v3`;
}
