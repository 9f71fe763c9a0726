import { interrupted } from "@lateen/kernel";

/**
 * Waits for work that others wait for as well: a caller that is cancelled stops waiting, and the work continues for the rest.
 * @throws ReleaseError `INTERRUPTED`, and whatever the work throws
 */
export async function waitFor<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  const off = Promise.withResolvers<never>();
  const stop = () => off.reject(interrupted(signal));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, off.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
