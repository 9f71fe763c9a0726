import { ReleaseError } from "@lateen/kernel";

export const fleetError = ReleaseError.of;
