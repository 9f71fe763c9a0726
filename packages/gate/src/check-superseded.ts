import {
  type Ancestry,
  type Clock,
  type CommitSha,
  type Evidence,
  go,
  isoNow,
  type Reading,
  type Reporter,
  stop,
  type StopOutcome,
  type Verdict,
} from "@lateen/kernel";
import type { GateEvent } from "./events.ts";
import {
  findSuccessor,
  type Successor,
  type SuccessorPorts,
  type SuccessorRules,
} from "./supersession/find-successor.ts";
import type { Places } from "./ports/api-urls.ts";

/** Whose release may be superseded, and by what. */
export interface SupersessionInput extends SuccessorRules {
  readonly commit: CommitSha;
  readonly branch: string;
  /**
   * Number of superseded releases in a row after which one finishes all the same, so that a busy branch ships at all; 0 for none.
   * @default 3
   */
  readonly max?: number | undefined;
  /** Number of releases superseded in a row before this one. @default 0 */
  readonly supersededInARow?: number | undefined;
  /** Reasons under the names of waived rules; `supersession` is the one that counts here. */
  readonly waived?: Readonly<Record<string, string>> | undefined;
}

export interface SupersessionPorts extends SuccessorPorts {
  readonly places: Places;
  readonly clock: Clock;
  readonly report: Reporter<GateEvent>;
}

/** Findings about newer commits. */
export interface Supersession {
  /** The newest commit of the branch. */
  readonly head?: CommitSha | undefined;
  /** The newest commit with a release of its own; also where the starvation guard lets this one finish. */
  readonly supersededBy?: CommitSha | undefined;
  /** True if the starvation guard lets a superseded release finish. */
  readonly starved?: boolean | undefined;
}

/**
 * Asks whether a newer commit owns production: go where mine is the latest that counts, else stop with `superseded`, `refused`
 * (the branch was rewound or rewritten) or `unknown`. Writes nothing.
 *
 * Before side effects `unknown` has to hold; where a rollout is verified it means: verify strictly.
 *
 * @throws ReleaseError of category `auth` where the forge refuses a read; `INTERRUPTED`
 * @example
 * const verdict = await checkSuperseded({ commit, branch: "main", paths: ["server/**"] }, gatePorts(forge, clock, report));
 */
export async function checkSuperseded(
  input: SupersessionInput,
  ports: SupersessionPorts,
  signal?: AbortSignal,
): Promise<Verdict<Supersession>> {
  const { commit, branch, waived } = input;
  const reason = waived?.["supersession"];
  if (reason !== undefined) {
    ports.report({ type: "override-used", name: "supersession", reason });
    return go({}, [evidence("waived", `waived: ${reason}`, { url: "the command line", ports })]);
  }
  const url = ports.places.urlOf({ kind: "branch", name: branch });
  const asked = { url, ports };
  const head = await ports.history.head(branch, signal);
  if (head.kind !== "found") return unreadable(head, `the newest commit of ${branch} is not known`, asked);
  if (head.value === commit)
    return go({ head: commit }, [evidence("latest", `${commit} is the newest commit of ${branch}`, asked)]);
  const ancestry = await ports.history.compare(commit, head.value, signal);
  return decideFrom(input, head.value, ancestry, ports, signal);
}

/** Where an answer was looked for, and the head of the branch, if it is known. */
interface Asked {
  readonly url: string;
  readonly ports: SupersessionPorts;
  readonly head?: CommitSha;
}

async function decideFrom(
  input: SupersessionInput,
  head: CommitSha,
  ancestry: Reading<Ancestry>,
  ports: SupersessionPorts,
  signal: AbortSignal | undefined,
): Promise<Verdict<Supersession>> {
  const { commit, branch } = input;
  const asked = { url: ports.places.urlOf({ kind: "compare", base: commit, head }), ports, head };
  if (ancestry.kind !== "found") return unreadable(ancestry, `how ${commit} and ${head} relate is not known`, asked);
  if (ancestry.value === "behind") {
    const reason = `${branch} was rewound: its newest commit ${head} is an ancestor of ${commit}`;
    return stopped("refused", "BRANCH_REWOUND", reason, asked);
  }
  if (ancestry.value === "diverged")
    return stopped(
      "refused",
      "BRANCH_DIVERGED",
      `${commit} is not on ${branch}, whose newest commit is ${head}`,
      asked,
    );
  const successor = await findSuccessor(commit, head, branch, input, ports, signal);
  if (successor.kind === "unknown")
    return unreadable(successor, "whether a newer commit has a release of its own is not known", asked);
  if (successor.kind === "absent") return go({ head }, [evidence("latest", successor.proof, asked)]);
  return supersede(successor.value, input, asked);
}

function supersede({ sha, because }: Successor, input: SupersessionInput, asked: Asked): Verdict<Supersession> {
  const { max = 3, supersededInARow = 0 } = input;
  const fact = `superseded by ${sha}: ${because}`;
  const value = { ...valueOf(asked), supersededBy: sha };
  if (max > 0 && supersededInARow >= max - 1 && supersededInARow > 0) {
    asked.ports.report({ type: "starvation-guarded", supersededInARow, successor: sha });
    const guarded = `${fact}; but ${supersededInARow} before it gave way in a row, so this one finishes`;
    return go({ ...value, starved: true }, [evidence("starved", guarded, asked)]);
  }
  return stopped("superseded", "SUPERSEDED", fact, asked, value);
}

function unreadable(
  reading: Exclude<Reading<unknown>, { kind: "found" }>,
  what: string,
  asked: Asked,
): Verdict<Supersession> {
  if (reading.kind === "unknown" && reading.cause.category === "auth") throw reading.cause;
  const reason = `${what}: ${reading.kind === "unknown" ? reading.cause.message : reading.proof}`;
  return stopped("unknown", "SUPERSESSION_UNKNOWN", reason, asked);
}

function stopped(
  outcome: StopOutcome,
  code: string,
  reason: string,
  asked: Asked,
  value: Supersession = valueOf(asked),
): Verdict<Supersession> {
  return stop({ outcome, code, reason, evidence: [evidence(outcome, reason, asked)], value });
}

function valueOf({ head }: Asked): Supersession {
  return head === undefined ? {} : { head };
}

function evidence(verdict: string, fact: string, { url, ports }: Asked): Evidence {
  return { rule: "supersession", verdict, fact, source: url, at: isoNow(ports.clock) };
}
