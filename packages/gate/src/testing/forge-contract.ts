import { contractOfChecks } from "./contract-of-checks.ts";
import { contractOfCommits } from "./contract-of-commits.ts";
import { contractOfGiteaWire } from "./contract-of-gitea-wire.ts";
import { contractOfPlaces } from "./contract-of-places.ts";
import { contractOfTrouble } from "./contract-of-trouble.ts";
import type { ContractRunner } from "@lateen/kernel/testing";
import { createMemoryGraph, type MemoryGraph } from "./commit-graph.ts";
import type { ContractSuite, Lack } from "./contract-suite.ts";
import { type ForgeSubject, type ForgeSubjectOptions, withContractWorld } from "./forge-subject.ts";

/** Differences of one server from the others. */
export interface ForgeContractOptions {
  /** Features that it, or the means of the test, lacks. @default nothing */
  readonly lacks?: readonly Lack[];
  /** Version of the Gitea that it is; what this version does on the wire is then part of the contract. @default none */
  readonly gitea?: string;
  /** Makes the commits that a subject serves. @default createMemoryGraph */
  readonly createGraph?: () => Promise<MemoryGraph>;
}

/** The contract of every forge adapter; `open` starts a server that serves the given commits. */
export function describeForgeContract(
  name: string,
  open: (options: ForgeSubjectOptions) => Promise<ForgeSubject>,
  { describe, test }: ContractRunner,
  { lacks = [], gitea, createGraph = async () => createMemoryGraph() }: ForgeContractOptions = {},
): void {
  const check: ContractSuite["check"] = (title, body, options) =>
    test(title, () => withContractWorld(open, body, { ...options, createGraph }));
  const suite: ContractSuite = { check, lacks: (what) => lacks.includes(what) };

  describe(`${name}: the forge contract`, () => {
    contractOfChecks(suite);
    contractOfCommits(suite);
    contractOfPlaces(suite);
    contractOfTrouble(suite);
    if (gitea !== undefined) contractOfGiteaWire(suite, gitea);
  });
}
