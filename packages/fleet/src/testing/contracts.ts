import assert from "node:assert/strict";
import { parseCommitSha, parseSlug, type Release } from "@lateen/kernel";
import { assertPart, type ContractRunner } from "@lateen/kernel/testing";
import type { CallSettings, ControlPlane } from "../ports/control-plane.ts";
import type { JournalEntry } from "../engine/journal-entry.ts";
import type { Journal, OpenJournal } from "../ports/journal.ts";
import type { Prober } from "../ports/prober.ts";
import type { RedeployRequest } from "../http/wire.ts";
import { isNonEmpty, type Tenant } from "../ports/tenant.ts";

/** A control plane under test with at least two tenants, none of which runs `release`. */
export interface ControlPlaneSubject {
  readonly controlPlane: ControlPlane;
  readonly prober: Prober;
  readonly release: Release;
  /**
   * The server behind it, if it speaks the redeploy-fleet contract: it is sent what no client of ours sends, such as a call without
   * `confirm`.
   */
  readonly server?: { readonly url: string; readonly token: string } | undefined;
}

const settings: CallSettings = { soakMs: 0, batch: 1, maxStragglers: 0 };

/** Contract of every control plane, whatever is behind it. It moves the tenants of `subject`: give it a fleet that may be moved. */
export function describeControlPlaneContract(
  name: string,
  subject: () => Promise<ControlPlaneSubject>,
  runner: ContractRunner,
): void {
  const { describe, test } = runner;
  describe(`control plane contract: ${name}`, () => {
    test("enumerates the same tenants twice, each once, and moves none of them", async () => {
      const { controlPlane, prober, release } = await subject();
      const [first, second] = [await enumerate(controlPlane, release), await enumerate(controlPlane, release)];
      assert.deepEqual(first, second);
      assert.equal(new Set(first.map((tenant) => tenant.slug)).size, first.length);
      for (const tenant of first) assert.equal((await prober.buildinfo(tenant)).kind === "found", true);
      for (const tenant of first) assert.equal(await runs(prober, tenant, release), false);
    });

    test("refuses a call without confirm or with an empty only_slugs, and moves no tenant by it", async () => {
      const { controlPlane, prober, release, server } = await subject();
      if (server === undefined) return;
      const { confirm: _, ...unscoped } = wholeFleet(release);
      const faulty = [unscoped, { ...unscoped, confirm: false }, { ...unscoped, confirm: true, only_slugs: [] }];
      for (const request of faulty) assert.equal(await call(server, request), 400, JSON.stringify(request));
      for (const tenant of await enumerate(controlPlane, release))
        assert.equal(await runs(prober, tenant, release), false);
    });

    test("moves exactly the tenants that are named, and has a row for each of them", async () => {
      const { controlPlane, prober, release } = await subject();
      const [chosen, ...others] = await enumerate(controlPlane, release);
      if (chosen === undefined) throw new Error("the contract needs a tenant");
      const answer = await controlPlane.redeploy([chosen], release, settings);
      assertPart(answer, { kind: "answered", ok: true });
      assert.deepEqual(answer.kind === "answered" ? answer.rows.map((row) => row.slug) : [], [chosen.slug]);
      assert.equal(await runs(prober, chosen, release), true);
      for (const tenant of others) assert.equal(await runs(prober, tenant, release), false);
    });

    test("moves the rest together, and a tenant that is there already stays there", async () => {
      const { controlPlane, prober, release } = await subject();
      const tenants = await enumerate(controlPlane, release);
      if (!isNonEmpty(tenants)) throw new Error("the contract needs a tenant");
      assertPart(await controlPlane.redeploy(tenants, release, { ...settings, batch: tenants.length }), {
        kind: "answered",
        ok: true,
      });
      for (const tenant of tenants) assert.equal(await runs(prober, tenant, release), true);
    });
  });
}

/** A whole request of the redeploy-fleet contract. */
function wholeFleet(release: Release): RedeployRequest {
  return {
    target_tag: release.tag ?? "",
    confirm: true,
    dry_run: false,
    soak_seconds: 0,
    batch_size: 1,
    max_stragglers: 0,
  };
}

/** The status of a call that is sent as it is. */
async function call({ url, token }: NonNullable<ControlPlaneSubject["server"]>, request: object): Promise<number> {
  const response = await fetch(`${url.replace(/\/+$/, "")}/cp/admin/tenants/redeploy-fleet`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  await response.body?.cancel();
  return response.status;
}

async function enumerate(controlPlane: ControlPlane, release: Release): Promise<readonly Tenant[]> {
  const reading = await controlPlane.enumerate(release, settings);
  if (reading.kind !== "found") throw new Error(`the contract needs a fleet; it is ${reading.kind}`);
  return reading.value;
}

async function runs(prober: Prober, tenant: Tenant, release: Release): Promise<boolean> {
  const reading = await prober.buildinfo(tenant);
  return reading.kind === "found" && release.sha.startsWith(reading.value);
}

const started: JournalEntry = {
  type: "rollout-started",
  id: "contract",
  release: { sha: parseCommitSha("b".repeat(40)), digests: {}, tag: "new" },
  at: 1,
};

const facts: readonly JournalEntry[] = [
  started,
  { type: "tenants-posted", call: 1, wave: "canary", slugs: [parseSlug("t1")], attempt: 1, at: 2 },
  { type: "tenant-failed", slug: parseSlug("t1"), reason: "„Grund“ in\nzwei Zeilen", at: 3 },
];

/** A journal under test: a function that gives a journal on the same place each time. */
export interface JournalSubject {
  (): Journal;
  /**
   * Makes the lock of the current holder free, as if its process had died without `close`; the holder itself continues, as a process
   * does that was only suspended. Absent for a journal that cannot outlive its process.
   */
  readonly die?: (() => Promise<void>) | undefined;
}

/** Contract of every journal. `subject` gives an empty journal to each test. */
export function describeJournalContract(
  name: string,
  subject: () => Promise<JournalSubject>,
  runner: ContractRunner,
): void {
  const { describe, test } = runner;
  describe(`journal contract: ${name}`, () => {
    for (const [title, body] of Object.entries(journalRules)) {
      test(title, async () => body(await subject()));
    }
  });
}

type JournalRule = (journal: JournalSubject) => Promise<void>;

const journalRules: Readonly<Record<string, JournalRule>> = {
  "begins empty": async (journal) => {
    assert.deepEqual(await journal().read(), []);
  },
  "gives back what was appended, in order, to readers and to the next writer": async (journal) => {
    const first = await held(journal());
    await first.append(facts.slice(0, 2));
    await first.append(facts.slice(2));
    assert.deepEqual(await journal().read(), facts);
    await first.close();
    const second = await held(journal());
    assert.deepEqual(second.entries, facts);
    await second.close();
  },
  "keeps the order of calls that overlap": async (journal) => {
    const writer = await held(journal());
    const entries = Array.from({ length: 40 }, (_, index): JournalEntry => ({ ...started, at: index }));
    const calls = entries.map((entry) => writer.append([entry]));
    await calls.at(-1);
    assert.deepEqual(
      (await journal().read()).map((entry) => entry.at),
      entries.map((entry) => entry.at),
    );
    await Promise.all(calls);
    await writer.close();
  },
  "has one writer at a time, and refuses the second": async (journal) => {
    const first = await held(journal());
    assertPart(await journal().open(), { kind: "stop", outcome: "refused" });
    await first.close();
    await (await held(journal())).close();
  },
  "begins again after a rotation": async (journal) => {
    const first = await held(journal());
    await first.append(facts);
    await first.rotate();
    await first.append(facts.slice(0, 1));
    await first.close();
    assert.deepEqual(await journal().read(), facts.slice(0, 1));
  },
  "rejects an append after close, and writes nothing": async (journal) => {
    const writer = await held(journal());
    await writer.append(facts.slice(0, 1));
    await writer.close();
    assert.equal(await rejects(writer.append(facts.slice(1))), true);
    assert.deepEqual(await journal().read(), facts.slice(0, 1));
  },
  "keeps what was durable if its writer dies": async (journal) => {
    if (journal.die === undefined) return;
    const first = await held(journal());
    await first.append(facts.slice(0, 2));
    await journal.die();
    const second = await held(journal());
    assert.deepEqual(second.entries, facts.slice(0, 2));
    await second.append(facts.slice(2));
    await second.close();
    assert.deepEqual(await journal().read(), facts);
  },
  "ends the writer whose lock was taken over": async (journal) => {
    if (journal.die === undefined) return;
    const first = await held(journal());
    await first.append(facts.slice(0, 1));
    await journal.die();
    const second = await held(journal());
    assert.equal(await rejects(first.append(facts.slice(1, 2))), true);
    await second.append(facts.slice(2));
    await first.close().catch(() => undefined);
    assertPart(await journal().open(), { kind: "stop", outcome: "refused" });
    await second.close();
    assert.deepEqual(await journal().read(), [...facts.slice(0, 1), ...facts.slice(2)]);
  },
};

async function rejects(work: Promise<unknown>): Promise<boolean> {
  return await work.then(
    () => false,
    () => true,
  );
}

async function held(journal: Journal): Promise<OpenJournal> {
  const opened = await journal.open();
  if (opened.kind === "stop") throw new Error(opened.reason);
  return opened.value;
}
