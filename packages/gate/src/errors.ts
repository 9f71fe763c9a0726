import { ReleaseError } from "@lateen/kernel";

type Text = Omit<ConstructorParameters<typeof ReleaseError>[0], "code" | "category">;

/** An error of this package. */
export function gateError(code: string, category: ReleaseError["category"], text: Text): ReleaseError {
  return new ReleaseError({ code, category, ...text });
}

/** The error of an answer that nothing can be concluded from; asking again would not change it. */
export function unclearError(code: string, text: Text): ReleaseError {
  return new ReleaseError({ code, category: "unavailable", retryable: false, ...text });
}
