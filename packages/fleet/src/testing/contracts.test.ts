import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSender, parseCommitSha, secret } from "@lateen/kernel";
import { afterAll, describe, expect, test } from "vitest";
import { createControlPlane } from "../http/control-plane.ts";
import { createProber } from "../http/prober.ts";
import { createFileJournal } from "../journal/file/journal.ts";
import { memoryJournal } from "../journal/memory-journal.ts";
import { describeControlPlaneContract, describeJournalContract } from "./contracts.ts";
import { startControlPlane } from "./control-plane.ts";
import { startTenants } from "./tenants.ts";
import { createVirtualFleet } from "./virtual-fleet.ts";

const closing: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

const runner = { describe, test, expect };
const sha = parseCommitSha("b".repeat(40));
const release = { sha, digests: {}, tag: "staging-bbbbbbb" };
const send = createSender(() => import("undici"));

describeControlPlaneContract(
  "HTTP",
  async () => {
    const tenants = await startTenants({ slugs: ["t1", "t2", "t3"], sha: "a".repeat(40) });
    const server = await startControlPlane({ tenants, shaOf: () => sha });
    closing.push(server.close, tenants.close);
    return {
      controlPlane: createControlPlane({ name: "prod", url: server.url, token: secret(server.token), send }),
      prober: createProber({ url: tenants.buildinfo, send }),
      release,
    };
  },
  runner,
);

describeControlPlaneContract("in memory", async () => ({ ...createVirtualFleet({ size: 3 }), release }), runner);

describeJournalContract(
  "file",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "lateen-journal-"));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    return () => createFileJournal({ folder });
  },
  runner,
);

describeJournalContract(
  "memory",
  async () => {
    const journal = memoryJournal();
    return () => journal;
  },
  runner,
);
