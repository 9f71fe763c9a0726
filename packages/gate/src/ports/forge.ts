import type { Changes } from "./changes.ts";
import type { Checks } from "./checks.ts";
import type { History } from "./history.ts";
import type { Places } from "./api-urls.ts";
import type { Pushes } from "./pushes.ts";
import type { RecentCommits } from "./recent-commits.ts";
import type { Sources } from "./sources.ts";
import type { Survey } from "./survey.ts";
import type { Variables } from "./variables.ts";

/** Everything that an adapter offers: one object that fits all ports of this package. */
export interface Forge extends Checks, History, Changes, Pushes, Sources, Variables, Places, RecentCommits, Survey {
  /** Family whose rules apply to triggers and path filters. */
  readonly kind: "github" | "gitea";
}

/** Progress events of an adapter. */
export type ForgeEvent =
  | { readonly type: "rate-limited"; readonly url: string; readonly waitMs: number; readonly message: string }
  | {
      readonly type: "request-retried";
      readonly url: string;
      readonly attempt: number;
      /** Code of the error. */
      readonly code: string;
      readonly delayMs: number;
      readonly message: string;
    };
