import { parseImageRef, parseJson, type Reading, type Repository, type Schema } from "@lateen/kernel";
import { z } from "zod";
import { buildOnce } from "../../model/build-once.ts";
import { collectTags } from "../../model/collect-tags.ts";
import { bodyLimits } from "../../policy.ts";
import type { TagList } from "../../model/registry.ts";
import type { Exchange } from "../transport/exchange.ts";
import { nextPage } from "./next-page.ts";

/** Tags of one page; the registries seen hand out 1,000 at most, whatever is asked for. */
const pageSize = 1000;

const tagsSchema = buildOnce((): Schema<{ readonly tags: readonly string[] }> =>
  z.object({
    // A repository whose last tag was deleted answers null.
    tags: z
      .array(z.string())
      .nullish()
      .transform((tags) => tags ?? []),
  }),
);

/** The tags of a repository, page by page. Source: OCI distribution-spec, "Listing Tags". */
export async function listTags(
  exchange: Exchange,
  repository: Repository,
  most: number,
  signal?: AbortSignal,
): Promise<Reading<TagList>> {
  const { path } = parseImageRef(repository);
  // One more than wanted: a registry that cuts its list off need not say so (crane registry serve).
  const first = `/v2/${path}/tags/list?n=${Math.min(most + 1, pageSize)}`;
  return await collectTags(async (from = first) => {
    const request = { method: "GET", path: from, need: { repository: path, actions: "pull" as const } };
    const response = await exchange.request(request, bodyLimits.manifest, signal);
    const { tags } = parseJson(response, tagsSchema(), "a list of tags");
    return { tags, next: nextPage(response.header("link"), from) };
  }, most);
}
