import type { Verdict } from "@lateen/kernel";

/** A condition that must hold before every step: kill switch, supersession, a freeze. */
export interface Guard {
  /** Name for evidence, such as `kill-switch`. */
  readonly name: string;
  /** `go` lets the next step begin; a stop ends the rollout with its outcome and reason. */
  check(signal?: AbortSignal): Promise<Verdict<unknown>>;
}
