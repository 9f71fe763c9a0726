import { absent, found, type Reading, type Repository, toReading, unknown } from "@lateen/kernel";
import { mustThrow } from "../errors.ts";
import type { LedgerHead } from "../ports/ledger.ts";
import type { FollowPorts } from "../promotion.ts";
import { tagRef } from "../ports/references.ts";
import { trackEntry } from "../steps/tracked-tag.ts";

/**
 * If every tag names what the newest entry says; asked if that is a rollback, else absent.
 * @throws ReleaseError of category `auth` or `interrupted`
 */
export async function tagsMatchLedger(
  past: Reading<readonly LedgerHead[]>,
  scope: { readonly images: readonly Repository[]; readonly tags: readonly string[] },
  { tags }: Pick<FollowPorts, "tags">,
  signal: AbortSignal | undefined,
): Promise<Reading<boolean>> {
  const newest = past.kind === "found" ? past.value[0]?.entry : undefined;
  if (newest?.kind !== "rollback") return absent("the newest entry is not a rollback");
  const wanted = trackEntry(newest, scope, () => undefined);
  const seen = await Promise.all(
    wanted.map(({ repository, tag }) => toReading(() => tags.resolve(tagRef(repository, tag), signal))),
  );
  const unread = seen.find((reading) => reading.kind === "unknown");
  const lags = seen.some((reading, at) => reading.kind === "absent" || isOther(reading, wanted[at]?.wanted));
  // One tag that is seen elsewhere says enough, whatever the others are.
  if (lags) return found(false);
  if (unread === undefined) return found(true);
  if (mustThrow(unread.cause)) throw unread.cause;
  return unknown(unread.cause);
}

function isOther(reading: Reading<{ readonly digest: string }>, wanted: string | undefined): boolean {
  return reading.kind === "found" && reading.value.digest !== wanted;
}
