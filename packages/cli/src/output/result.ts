import type { RolloutForecast } from "@lateen/fleet";
import { type Evidence, ReleaseError, type StopOutcome, systemCode } from "@lateen/kernel";
import type { Finding } from "../commands/doctor/finding.ts";
import { errorOutcome } from "./exit-codes.ts";
import type { Outcome } from "./exit-codes.table.ts";
import type { Files } from "../io/files.ts";

/** One tag of a destination, before and after. */
export interface TagResult {
  readonly tag: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly action: "moved" | "unchanged" | "created" | "pending" | "foreign" | "refused";
}

/** One destination repository. */
export interface ImageResult {
  readonly repository: string;
  readonly candidate?: string | undefined;
  readonly digest?: string | undefined;
  readonly mediaType?: string | undefined;
  readonly platforms?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly revision?: string | undefined;
  readonly tags?: readonly TagResult[] | undefined;
  /** The tag that keeps the promoted digest from being deleted. */
  readonly pin?: TagResult | undefined;
}

/** What the gate said, check by check. */
export interface GateResult {
  readonly verdict: "open" | "wait" | "defer" | "closed" | "unknown" | "held";
  readonly checks: readonly { readonly name: string; readonly state: string; readonly url: string }[];
}

/** One tenant's account. */
export interface TenantResult {
  readonly slug: string;
  readonly verdict: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly wave?: string | undefined;
}

/** The whole fleet's account: every enumerated tenant is in `tenants`. */
export interface FleetResult {
  readonly enumerated: number;
  readonly verified: number;
  readonly ahead: number;
  readonly stragglers: readonly string[];
  readonly quarantined: readonly string[];
  readonly unknown: readonly string[];
  /** Those of the three lists that do not count against the tolerance. */
  readonly pinned?: readonly string[] | undefined;
  /** Tenants that come and go; not among `tenants`. */
  readonly ephemeral?: readonly string[] | undefined;
  /** What every finished wave allows to conclude; `failureBound` is at 95 % confidence, in [0, 1]. */
  readonly waves?:
    | readonly {
        readonly name: string;
        readonly tenants: number;
        readonly healthy: number;
        readonly failureBound: number;
      }[]
    | undefined;
  /** What was to be expected before the first move: least time, requests, tenants broken at once at worst, and all that by wave. */
  readonly forecast?: RolloutForecast | undefined;
  readonly tenants: readonly TenantResult[];
}

/** What became of one promotion target. */
export interface TargetResult {
  readonly name: string;
  /**
   * `shipped`, `unchanged`, or `planned` in a dry run; `partial` where a tag has not settled; the outcome of what stopped it;
   * `untouched` where it was not come to.
   */
  readonly state: "shipped" | "unchanged" | "planned" | StopOutcome | "untouched";
  /** Whether its ledger names the release, and its tags follow it. */
  readonly committed: boolean;
  readonly tags: readonly string[];
  readonly ledger?: { readonly entry: string; readonly position: number } | undefined;
  /** Why it is not as it should be. */
  readonly reason?: string | undefined;
}

/** How trunk, ledger, tags and fleet stand, by `status`. */
export interface StatusResult {
  readonly drift: "none" | "drift" | "unknown";
  readonly reasons: readonly string[];
  readonly targets: readonly {
    readonly name: string;
    readonly drift: "none" | "drift" | "unknown";
    /** Head of the branch. */
    readonly trunk?: string | undefined;
    /** What the ledger's newest entry promoted, when and by whom. */
    readonly commit?: string | undefined;
    readonly position?: number | undefined;
    readonly actor?: string | undefined;
    readonly reason?: string | undefined;
    readonly ageMs?: number | undefined;
    /** Commits that trunk has and the ledger has not, and for how long. */
    readonly aheadBy?: number | undefined;
    readonly aheadForMs?: number | undefined;
  }[];
}

/** What one rule says about a commit, by `explain`. */
export interface ExplainedRule {
  readonly rule: string;
  /**
   * `passed`, or the outcome that it stops with; of `ledger`, what became of the commit so far: `promoted`, `replaced`,
   * `rolled-back`, `never-promoted`, `unknown`, and `partial` where the targets differ.
   */
  readonly verdict: string;
  readonly fact: string;
  /** What would make it say something else. */
  readonly change?: string | undefined;
  readonly at: string;
  readonly facts: readonly Evidence[];
}

/** The one document that `--json`, `--output ndjson` (its last line) and `--result-file` carry. */
export interface ResultDocument {
  readonly schemaVersion: 1;
  readonly command: string;
  readonly outcome: Outcome;
  readonly reason?: string | undefined;
  readonly commit?: string | undefined;
  readonly supersededBy?: string | undefined;
  readonly images?: readonly ImageResult[] | undefined;
  readonly gate?: GateResult | undefined;
  readonly fleet?: FleetResult | undefined;
  /** The entry of the first promotion target that has one; `targets` has those of all. */
  readonly ledger?: { readonly entry: string; readonly position: number } | undefined;
  /** Every promotion target, in the order of the configuration. */
  readonly targets?: readonly TargetResult[] | undefined;
  /** The command line that completes what was begun, where it is another one. */
  readonly next?: string | undefined;
  readonly status?: StatusResult | undefined;
  /** Files that were written, by `init`. */
  readonly files?: readonly string[] | undefined;
  /** What a dry run of `init` would write, by file. */
  readonly contents?: Readonly<Record<string, string>> | undefined;
  /** What `doctor` and `lint-workflow` found. */
  readonly findings?: readonly Finding[] | undefined;
  readonly explanation?: readonly ExplainedRule[] | undefined;
  /** Every value in force, by `config show`. */
  readonly config?:
    | readonly { readonly key: string; readonly value: string | number | boolean; readonly source: string }[]
    | undefined;
  readonly evidence?: readonly Evidence[] | undefined;
  readonly error?:
    | {
        readonly code: string;
        readonly message: string;
        readonly why?: string | undefined;
        readonly fix?: string | undefined;
      }
    | undefined;
}

/** The document of a command that ended in an error. */
export function errorDocument(command: string, error: ReleaseError): ResultDocument {
  const { code, message, why, fix } = error;
  return {
    schemaVersion: 1,
    command,
    outcome: errorOutcome(error),
    reason: message,
    error: { code, message, why, fix },
  };
}

/** The document as JSON text, ended by a newline. */
export function formatDocument(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Writes the document's file. @throws ReleaseError `RESULT_FILE`, category `input` */
export function writeResultFile(files: Files, path: string, text: string): void {
  try {
    files.replace(path, text);
  } catch (cause) {
    throw new ReleaseError({
      code: "RESULT_FILE",
      category: "input",
      message: `the file ${path} cannot be written`,
      why: systemCode(cause),
      fix: "give a path in a folder that can be written",
      cause,
    });
  }
}
