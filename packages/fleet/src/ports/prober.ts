import type { Reading } from "@lateen/kernel";
import type { Tenant } from "./tenant.ts";

/** Asks a tenant itself which commit it runs. */
export interface Prober {
  /**
   * The commit as the tenant spells it: 7 to 40 lower-case hexadecimal digits. `absent` if the tenant answers but names
   * no commit (`"dev"`); `unknown` if it cannot be reached, or what it says cannot be read or was stored.
   *
   * Each call is a look of its own: two calls share no connection and no stored answer.
   */
  buildinfo(tenant: Tenant, signal?: AbortSignal): Promise<Reading<string>>;
}
