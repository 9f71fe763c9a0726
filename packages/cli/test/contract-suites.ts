import { createControlPlane, createProber } from "@lateen/fleet/http";
import { memoryJournal } from "@lateen/fleet";
import {
  describeControlPlaneContract,
  describeJournalContract,
  startControlPlane,
  startTenants,
} from "@lateen/fleet/testing";
import { createGiteaForge } from "@lateen/gate/gitea";
import { describeForgeContract, startGiteaFake } from "@lateen/gate/testing";
import { parseCommitSha, secret } from "@lateen/kernel";
import type { ContractRunner } from "@lateen/kernel/testing";
import { createMemoryLedger, describeLedgerContract } from "@lateen/promote/testing";
import { openRegistries } from "@lateen/registry";
import { describeRegistryContract, seedImage, startRegistry } from "@lateen/registry/testing";

/**
 * Declares every contract suite that the packages publish, over their own fakes, as a repository with adapters of its own does. It imports
 * nothing but published entry points: the same file runs under vitest, under `node:test`, and over what was installed from tarballs.
 */
export function describeContractSuites(runner: ContractRunner): void {
  const closing: (() => Promise<unknown>)[] = [];
  describeForgeContract(
    "a forge",
    async (options) => {
      const fake = await startGiteaFake({ ...options, version: "1.26.4" });
      const { repository, url } = fake;
      const retry = { firstDelayMs: 1, attempts: 3 };
      return { fake, connect: (token) => createGiteaForge({ url, repository, token, retry }) };
    },
    runner,
    { gitea: "1.26.4", lacks: ["etags", "empty variables"] },
  );

  const registry = startRegistry();
  closing.push(async () => (await registry).close());
  describeRegistryContract(
    "a registry",
    async () => {
      const fake = await registry;
      return { registry: openRegistries({ env: {} }), host: fake.host, seed: (recipe) => seedImage(fake, recipe) };
    },
    runner,
  );

  describeLedgerContract(
    "a ledger",
    async () => {
      const ledger = createMemoryLedger();
      return { ledger, other: ledger, close: async () => undefined };
    },
    runner,
  );

  describeJournalContract(
    "a journal",
    async () => {
      const journal = memoryJournal();
      return () => journal;
    },
    runner,
  );

  describeControlPlaneContract(
    "a control plane and its prober",
    async () => {
      const sha = parseCommitSha("b".repeat(40));
      const tenants = await startTenants({ slugs: ["one", "two"], sha: "a".repeat(40) });
      const server = await startControlPlane({ tenants, shaOf: () => sha });
      closing.push(server.close, tenants.close);
      const { url, token } = server;
      return {
        controlPlane: createControlPlane({ name: "ours", url, token: secret(token) }),
        prober: createProber({ url: tenants.buildinfo }),
        release: { sha, digests: {}, tag: "staging-bbbbbbb" },
        server: { url, token },
      };
    },
    runner,
  );

  runner.describe("the end", () => {
    runner.test("closes what was started", async () => void (await Promise.all(closing.map((close) => close()))));
  });
}

/** Declares the suite of journals over one that forgets what it was given. */
export function describeBrokenJournal(runner: ContractRunner): void {
  const forgets = async () => () => ({ ...memoryJournal(), read: async () => [] });
  describeJournalContract("a journal that forgets", forgets, runner);
}
