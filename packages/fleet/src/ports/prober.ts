import type { Reading } from "@lateen/kernel";
import type { Tenant } from "./tenant.ts";

/** Asks a tenant itself which commit it runs. */
export interface Prober {
  /**
   * The commit as the tenant spells it: 7 to 40 lower-case hexadecimal digits. `absent` where the tenant answers but names
   * no commit (`"dev"`); `unknown` where it cannot be reached or what it says cannot be read.
   */
  buildinfo(tenant: Tenant, signal?: AbortSignal): Promise<Reading<string>>;
}
