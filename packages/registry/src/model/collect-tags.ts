import { absent, asReleaseError, found, isTag, type Reading, unknown } from "@lateen/kernel";
import type { TagList } from "./registry.ts";

/** One page of tags, and where the next one is. */
export interface TagPage {
  readonly tags: readonly string[];
  readonly next: string | undefined;
}

/** Maximum pages of one list, so that pages that lead in a circle end. */
const mostPages = 100;

/**
 * Reads pages until `most` tags are there or no page is left; names that are not tags are dropped.
 *
 * A later page that cannot be read makes the list incomplete, the first one makes it unknown.
 * @throws ReleaseError of category `interrupted`, `bug` or `input` of the first page
 */
export async function collectTags(
  read: (next: string | undefined) => Promise<TagPage>,
  most: number,
): Promise<Reading<TagList>> {
  const tags = new Set<string>();
  let next: string | undefined;
  try {
    for (let pages = 0; pages < mostPages && tags.size < most; pages++) {
      const page = await read(next);
      for (const tag of page.tags) if (isTag(tag)) tags.add(tag);
      if (page.next === undefined) return found(listOf(tags, most, true));
      next = page.next;
    }
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "bug") throw error;
    if (next !== undefined) return found(listOf(tags, most, false));
    if (error.category === "interrupted" || error.category === "input") throw error;
    return error.code === "REGISTRY_NOT_FOUND"
      ? absent(`${error.message} at ${error.why ?? "the registry"}`)
      : unknown(error);
  }
  return found(listOf(tags, most, false));
}

function listOf(tags: ReadonlySet<string>, most: number, wasLastPage: boolean): TagList {
  return { tags: [...tags].slice(0, most), complete: wasLastPage && tags.size <= most };
}
