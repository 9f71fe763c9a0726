import type { z } from "zod";
import type { redeployRequest, redeployResponse } from "../schema.ts";

/** Body of a call of the control plane. */
export type RedeployRequest = Readonly<z.infer<typeof redeployRequest>>;

export type RedeployRow = Readonly<z.infer<typeof redeployResponse>["results"][number]>;
