import { asReleaseError, isFatal, type Reading, ReleaseError, toReading, unknown } from "@lateen/kernel";
import type { PromotionInput } from "./promotion.ts";

/** Codes of the errors that this package makes itself. */
export type PromoteErrorCode =
  | "PROMOTION_EMPTY"
  | "CONTENT_GONE"
  | "LEDGER_REWOUND"
  | "LEDGER_WAVERS"
  | "PROMOTION_TWICE"
  | "TAG_INVALID"
  | "LEDGER_ENTRY_FOREIGN"
  | "LEDGER_ENTRY_INVALID"
  | "TARGET_INVALID"
  | "REASON_MISSING";

export const promoteError: typeof ReleaseError.of<PromoteErrorCode> = ReleaseError.of;

/** Refuses an input under which nothing, or the same thing twice, would be promoted. @throws ReleaseError of category `input` */
export function checkScope({
  images,
  tags,
}: {
  readonly images: readonly string[];
  readonly tags: readonly string[];
}): void {
  if (images.length === 0 || tags.length === 0) {
    const message = images.length === 0 ? "there is no image to promote" : "there is no tag to move";
    throw promoteError("PROMOTION_EMPTY", "input", { message, fix: "name at least one image and one tag" });
  }
  for (const list of [images, tags]) {
    const twice = list.find((name, at) => list.indexOf(name) !== at);
    if (twice === undefined) continue;
    throw promoteError("PROMOTION_TWICE", "input", {
      message: `${twice} is named twice`,
      fix: "name each image and each tag once",
    });
  }
}

/** {@link checkScope} for a promotion. A tag that is also the candidate would be moved onto itself. */
export function checkInput({ images, tags, pin }: PromotionInput): void {
  checkScope({ images: images.map(({ repository }) => repository), tags });
  if (pin !== undefined && tags.includes(pin)) {
    const message = `${pin} is a pin and a tag to move`;
    throw promoteError("TAG_INVALID", "input", { message, fix: "give promote.pin a name that contains the commit" });
  }
  const own = images.find(({ candidate }) => tags.includes(candidate));
  if (own === undefined) return;
  const message = `${own.candidate} is the candidate and the tag to move`;
  throw promoteError("TAG_INVALID", "input", { message, fix: "give the candidate a tag of its own" });
}

/** If an error is thrown although a reading could hold it: no waiting repairs it. */
export function mustThrow(error: unknown): boolean {
  return isFatal(error) || asReleaseError(error).category === "auth";
}

/** The answer of `read`. @throws ReleaseError of category `auth`, `interrupted` or `bug`, also if it is inside the answer */
export async function readOrThrow<T>(read: () => Promise<Reading<T>>): Promise<Reading<T>> {
  const reading: Reading<T> = await toReading(read);
  if (reading.kind === "unknown" && mustThrow(reading.cause)) throw reading.cause;
  return reading;
}

/** The answer of `read`, or any error of it as an unknown reading: after the commit point nothing is thrown. */
export async function readWithoutThrowing<T>(read: () => Promise<T>): Promise<T | ReturnType<typeof unknown>> {
  try {
    return await read();
  } catch (error) {
    return unknown(asReleaseError(error));
  }
}
