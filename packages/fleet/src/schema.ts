import { isTag, parseSlug } from "@lateen/kernel";
import { z } from "zod";

export { calendar } from "./engine/until.ts";
export { journalEntrySchema } from "./engine/journal-entry.ts";

/** A tenant's name as it may be part of an address. */
const slug = z.string().refine(isSlug, { error: "must be a tenant slug" });

function isSlug(text: string): boolean {
  try {
    return parseSlug(text) === text;
  } catch {
    return false;
  }
}

/** Body of `POST /cp/admin/tenants/redeploy-fleet`, as lateen sends it and as a control plane may check it. */
export const redeployRequest = z.object({
  target_tag: z.string().refine(isTag, { error: "must be an image tag" }),
  canary_slug: slug.exactOptional(),
  soak_seconds: z.int().min(0),
  batch_size: z.int().min(1),
  max_stragglers: z.int().min(0),
  dry_run: z.boolean(),
  /** Fleet-wide intent has to be spelled out. */
  confirm: z.literal(true),
  /** An empty list is refused: many interfaces read it as "everybody". */
  only_slugs: z.array(slug).min(1).exactOptional(),
});

/** One row of an answer as a careful control plane gives it. */
const redeployRow = z.object({
  slug,
  phase: z.string().exactOptional(),
  ssm_status: z.string().exactOptional(),
  ssm_exit_code: z.int().exactOptional(),
  healthz_ok: z.boolean().exactOptional(),
  /** True if the running container was seen to be on the target; left out by control planes that never look. */
  verified_on_target: z.boolean().exactOptional(),
  running_image: z.string().exactOptional(),
  error: z.string().nullable().exactOptional(),
  /** Labels of the tenant, for rings; read from a dry run. */
  tags: z.array(z.string()).exactOptional(),
});

/** Answer with status 200 or 500. */
export const redeployResponse = z.object({
  ok: z.boolean(),
  results: z.array(redeployRow),
  error: z.string().exactOptional(),
  message: z.string().exactOptional(),
  stragglers: z.array(slug).exactOptional(),
});

/** Answer of `GET /buildinfo`; other keys are ignored. `git_sha` is the full commit id, or a word such as `dev` for a build without one. */
export const buildinfo = z.object({ git_sha: z.string() });
