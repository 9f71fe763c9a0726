import { asReleaseError, type Reading, unknown } from "@lateen/kernel";

/** Makes a failed read unknown; only the caller's own interruption and our own bugs are still thrown. */
export async function readSafely<T>(read: () => Promise<Reading<T>>): Promise<Reading<T>> {
  try {
    return await read();
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "interrupted" || error.category === "bug") throw error;
    return unknown(error);
  }
}
