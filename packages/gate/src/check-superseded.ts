import {
  type Ancestry,
  type Clock,
  type CommitSha,
  type Evidence,
  go,
  isoNow,
  type Reading,
  type ReleaseError,
  type Reporter,
  stop,
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
    return go({}, [evidence("waived", `waived: ${reason}`, "the command line", ports)]);
  }
  const branchUrl = ports.places.urlOf({ kind: "branch", name: branch });
  const head = await ports.history.head(branch, signal);
  if (head.kind !== "found")
    return unreadable(head, `the newest commit of ${branch} is not known`, branchUrl, {}, ports);
  if (head.value === commit)
    return go({ head: commit }, [evidence("latest", `${commit} is the newest commit of ${branch}`, branchUrl, ports)]);
  const ancestry = await ports.history.compare(commit, head.value, signal);
  return decideFrom(input, head.value, ancestry, ports, signal);
}

async function decideFrom(
  input: SupersessionInput,
  head: CommitSha,
  ancestry: Reading<Ancestry>,
  ports: SupersessionPorts,
  signal: AbortSignal | undefined,
): Promise<Verdict<Supersession>> {
  const { commit, branch } = input;
  const url = ports.places.urlOf({ kind: "compare", base: commit, head });
  if (ancestry.kind !== "found")
    return unreadable(ancestry, `how ${commit} and ${head} relate is not known`, url, { head }, ports);
  if (ancestry.value === "behind")
    return refuse(
      "BRANCH_REWOUND",
      `${branch} was rewound: its newest commit ${head} is an ancestor of ${commit}`,
      url,
      head,
      ports,
    );
  if (ancestry.value === "diverged")
    return refuse("BRANCH_DIVERGED", `${commit} is not on ${branch}, whose newest commit is ${head}`, url, head, ports);
  const successor = await findSuccessor(commit, head, branch, input, ports, signal);
  if (successor.kind === "unknown")
    return unreadable(successor, "whether a newer commit has a release of its own is not known", url, { head }, ports);
  if (successor.kind === "absent") return go({ head }, [evidence("latest", successor.proof, url, ports)]);
  return supersede(successor.value, head, input, url, ports);
}

function supersede(
  { sha, because }: Successor,
  head: CommitSha,
  input: SupersessionInput,
  url: string,
  ports: SupersessionPorts,
): Verdict<Supersession> {
  const { max = 3, supersededInARow = 0 } = input;
  const fact = `superseded by ${sha}: ${because}`;
  if (max > 0 && supersededInARow >= max - 1 && supersededInARow > 0) {
    ports.report({ type: "starvation-guarded", supersededInARow, successor: sha });
    const guarded = `${fact}; but ${supersededInARow} before it gave way in a row, so this one finishes`;
    return go({ head, supersededBy: sha, starved: true }, [evidence("starved", guarded, url, ports)]);
  }
  return stop({
    outcome: "superseded",
    code: "SUPERSEDED",
    reason: fact,
    evidence: [evidence("superseded", fact, url, ports)],
    value: { head, supersededBy: sha },
  });
}

function refuse(
  code: string,
  reason: string,
  url: string,
  head: CommitSha,
  ports: SupersessionPorts,
): Verdict<Supersession> {
  return stop({
    outcome: "refused",
    code,
    reason,
    evidence: [evidence("refused", reason, url, ports)],
    value: { head },
  });
}

function unreadable(
  reading: Exclude<Reading<unknown>, { kind: "found" }>,
  what: string,
  url: string,
  value: Supersession,
  ports: SupersessionPorts,
): Verdict<Supersession> {
  const cause: ReleaseError | undefined = reading.kind === "unknown" ? reading.cause : undefined;
  if (cause?.category === "auth") throw cause;
  const reason = `${what}: ${reading.kind === "unknown" ? reading.cause.message : reading.proof}`;
  return stop({
    outcome: "unknown",
    code: "SUPERSESSION_UNKNOWN",
    reason,
    evidence: [evidence("unknown", reason, url, ports)],
    value,
  });
}

function evidence(verdict: string, fact: string, source: string, { clock }: SupersessionPorts): Evidence {
  return { rule: "supersession", verdict, fact, source, at: isoNow(clock) };
}
