import type { NonEmpty, Reading, Release, ReleaseError, Slug } from "@lateen/kernel";
import type { Tenant } from "./tenant.ts";

/** The owner of the list of tenants; it can replace their containers. */
export interface ControlPlane {
  /** All tenants, in the order of the control plane, duplicates dropped; never an empty list (that is `unknown` or `absent`). */
  enumerate(release: Release, settings: CallSettings, signal?: AbortSignal): Promise<Reading<readonly Tenant[]>>;
  /** Moves exactly `tenants`, all of one control plane, to `release` and waits for the answer. Sends once, never again. */
  redeploy(
    tenants: NonEmpty<Tenant>,
    release: Release,
    settings: CallSettings,
    signal?: AbortSignal,
  ): Promise<Redeployment>;
}

/** The knobs of the redeploy-fleet contract that do not select tenants. */
export interface CallSettings {
  /** First canary of the policy, sent with the dry run. */
  readonly canary?: Slug;
  readonly soakMs: number;
  readonly batch: number;
  /** Maximum number of tenants of the call that may fail before the control plane stops it. */
  readonly maxStragglers: number;
}

/** Outcome of one call. Only `answered` says something about tenants; the others say what may be done next. */
export type Redeployment =
  | { readonly kind: "answered"; readonly ok: boolean; readonly rows: readonly TenantRow[]; readonly message?: string }
  /** Nothing happened; the same call may be sent again after a pause (no connection, a gateway that says so at once). */
  | { readonly kind: "transient"; readonly cause: ReleaseError }
  /** Nothing happened, and the control plane asks to wait; `cause.retryAfterMs` says how long, if it does. */
  | { readonly kind: "busy"; readonly cause: ReleaseError }
  /** The call may have had its effect: look at the tenants before anything else. */
  | { readonly kind: "lost"; readonly cause: ReleaseError }
  /** Turned away; nothing has happened. */
  | { readonly kind: "refused"; readonly cause: ReleaseError };

/** One row of an answer, read strictly: anything but a boolean is `undefined`, the last row of a slug wins. */
export interface TenantRow {
  readonly slug: Slug;
  readonly healthy?: boolean;
  /** True if the control plane saw on the host that the running container is the target. */
  readonly onTarget?: boolean;
  /** True if the row had an error text; the text itself may hold secrets and is dropped when it is read. */
  readonly hasError: boolean;
  /** True if the remote command succeeded, if the row says so. */
  readonly commandOk?: boolean;
  /** The move may have had its effect or not: the tenant is looked at before it is moved again. */
  readonly inDoubt?: boolean;
  /** Why, in one line; only from adapters that take secrets out of it. */
  readonly reason?: string;
}
