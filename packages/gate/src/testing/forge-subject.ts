import { type CommitSha, parseCommitSha, type Secret } from "@lateen/kernel";
import type { Forge } from "../ports/forge.ts";
import type { MemoryGraph } from "./commit-graph.ts";
import type { ForgeFacts } from "./forge-facts.ts";
import type { HttpFake } from "./http-fake.ts";

/** Options to open a subject. */
export interface ForgeSubjectOptions {
  /** Commits that the server serves. */
  readonly graph: MemoryGraph;
  /** The only token that the server lets in. */
  readonly token?: string;
}

/** A server that plays a forge, and the adapter that speaks to it. */
export interface ForgeSubject {
  readonly fake: HttpFake & ForgeFacts;
  /** Owner and repository. @default that of the fakes, `acme` and `acme/core` */
  readonly home?: { readonly owner: string; readonly repository: string } | undefined;
  /** An adapter with this token, and with short pauses between its tries. */
  connect(token?: Secret): Forge;
}

/** The workflow that the root of every {@link ContractWorld} has. */
export const workflowText = "name: E2E\non:\n  push:\n    paths: ['server/**']\n";

/** A subject that serves two commits. */
export interface ContractWorld {
  readonly subject: ForgeSubject;
  readonly fake: HttpFake & ForgeFacts;
  readonly forge: Forge;
  readonly graph: MemoryGraph;
  readonly root: CommitSha;
  /** The head of main. */
  readonly mine: CommitSha;
}

/** Does something in a {@link ContractWorld} and closes it. */
export async function withContractWorld(
  open: (options: ForgeSubjectOptions) => Promise<ForgeSubject>,
  body: (world: ContractWorld) => Promise<void>,
  {
    createGraph,
    ...options
  }: Pick<ForgeSubjectOptions, "token"> & { readonly createGraph: () => Promise<MemoryGraph> },
): Promise<void> {
  const graph = await createGraph();
  const root = parseCommitSha(graph.add({ message: "root", files: { ".github/workflows/e2e.yml": workflowText } }));
  const mine = parseCommitSha(graph.add({ message: "mine", files: { "a.txt": "earlier ✓\n" } }));
  const subject = await open({ graph, ...options });
  try {
    await body({ subject, fake: subject.fake, forge: subject.connect(), graph, root, mine });
  } finally {
    await subject.fake.close();
  }
}
