import { ReleaseError } from "@lateen/kernel";

/** An error of this package. */
export function fleetError(
  code: string,
  category: ReleaseError["category"],
  text: Omit<ConstructorParameters<typeof ReleaseError>[0], "code" | "category">,
): ReleaseError {
  return new ReleaseError({ code, category, ...text });
}
