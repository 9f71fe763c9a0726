import { ReleaseError } from "@lateen/kernel";

/** An error of this package. */
export const fleetError = ReleaseError.of;
