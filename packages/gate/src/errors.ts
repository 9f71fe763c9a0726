import { ReleaseError } from "@lateen/kernel";

export const gateError = ReleaseError.of;

/** The error of an answer that nothing can be concluded from; asking again would not change it. */
export function unclearError(code: string, text: Parameters<typeof gateError>[2]): ReleaseError {
  return gateError(code, "unavailable", { retryable: false, ...text });
}
