import { asReleaseError, type Evidence, isReleaseError, ReleaseError } from "@lateen/kernel";
import type { ResultDocument } from "../output/result.ts";
import { cliError } from "../config/errors.ts";

/** Work and readings before an error came. */
export type PartialResult = Pick<
  ResultDocument,
  "commit" | "supersededBy" | "images" | "gate" | "fleet" | "ledger" | "targets" | "evidence"
>;

/** An error after something was done: the document of the error says what. Tenants and tags that were moved are worth more than the error. */
export class PartialResultError extends ReleaseError {
  readonly partial: PartialResult;

  constructor(error: ReleaseError, partial: PartialResult) {
    const { code, category, message, why, fix, retryable, retryAfterMs } = error;
    super({ code, category, message, why, fix, retryable, retryAfterMs, cause: error });
    this.partial = partial;
  }
}

/** Dependencies of {@link withPartialResult}: the state of a pipeline, with what the document leaves out. */
type Given = Omit<PartialResult, "evidence"> & { readonly changed?: boolean | undefined };

/**
 * `thrown` with what was done before it; itself if nothing was. The innermost state is the fullest, and stays.
 */
export function withPartialResult(thrown: unknown, state: Given, evidence: readonly Evidence[]): unknown {
  if (thrown instanceof PartialResultError) return thrown;
  if (state.changed !== true && state.ledger === undefined) return thrown;
  const { commit, supersededBy, images, gate, fleet, ledger, targets } = state;
  const error = systemError(thrown) ?? asReleaseError(thrown);
  return new PartialResultError(error, { commit, supersededBy, images, gate, fleet, ledger, targets, evidence });
}

/** A full disk or a folder that cannot be written is not a bug of ours. */
export function systemError(error: unknown): ReleaseError | undefined {
  if (isReleaseError(error) || !(error instanceof Error)) return undefined;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return undefined;
  const fix = "check the path, its permissions and the room on the disk";
  return cliError("SYSTEM", "unavailable", { message: error.message, fix, cause: error });
}
