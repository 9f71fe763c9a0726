import assert from "node:assert/strict";
import { assertPart } from "@lateen/kernel/testing";
import { secret } from "@lateen/kernel";
import type { ContractSuite } from "./contract-suite.ts";
import { htmlPage, type Misbehaviour } from "./http-fake.ts";

/** Contract of reads if the server misbehaves or refuses access. */
export function contractOfTrouble({ check }: ContractSuite): void {
  check(
    "a wrong token is an error of credentials, and appears nowhere",
    async ({ subject, mine }) => {
      const wrong = secret("wr0ng-t0ken");
      const reading = await subject.connect(wrong).checks(mine);
      assertPart(reading, {
        kind: "unknown",
        cause: { code: "FORGE_UNAUTHORIZED", category: "auth" },
      });
      const message =
        reading.kind === "unknown"
          ? JSON.stringify([
              reading.cause,
              String(reading.cause),
              reading.cause.why,
              reading.cause.stack,
              String(reading.cause.cause),
            ])
          : "";
      assert.equal(message.includes(wrong.reveal()), false);
      assertPart(await subject.connect(secret("right")).checks(mine), { kind: "found" });
    },
    { token: "right" },
  );

  for (const [title, misbehaviour] of misbehaviours) {
    check(`${title}: every read is unknown, and none is absent`, async ({ fake, forge, mine, root }) => {
      fake.setStatus({ sha: mine, context: "a", state: "success" });
      fake.misbehave(misbehaviour);
      const readings = await Promise.all([
        forge.checks(mine),
        forge.runs(mine, "e2e.yml"),
        forge.head("main"),
        forge.compare(root, mine),
        forge.resolve(mine.slice(0, 8)),
        forge.recent("main", 5),
        forge.between(root, mine),
        forge.commit(mine),
        forge.push(mine, "main"),
        forge.file("a.txt", mine),
        forge.workflowFile("e2e.yml", mine),
        forge.workflow("e2e.yml"),
        forge.variable("STOP"),
      ]);
      assert.deepEqual(
        readings.map(({ kind }) => kind),
        readings.map(() => "unknown"),
      );
    });
  }

  check("a hiccup is survived", async ({ fake, forge, mine }) => {
    fake.misbehave({ status: 502, times: 2 });
    assert.deepEqual(await forge.head("main"), { kind: "found", value: mine });
    fake.misbehave({ fault: "reset", times: 1 });
    assertPart(await forge.checks(mine), { kind: "found" });
  });

  check("work that is called off throws, and does not answer", async ({ fake, forge }) => {
    fake.misbehave({ fault: "silence" });
    const abort = new AbortController();
    const head = forge.head("main", abort.signal).then(
      ({ kind }) => kind,
      ({ category }: { category: string }) => category,
    );
    setTimeout(() => abort.abort(), 20);
    assert.equal(await head, "interrupted");
  });
}

const misbehaviours: readonly (readonly [string, Misbehaviour])[] = [
  ["an overloaded gateway", { status: 502, body: "bad gateway" }],
  ["a server error", { status: 500, body: { message: "internal" } }],
  ["a web page", htmlPage],
  ["a truncated answer", { fault: "truncate", body: JSON.stringify([{ id: 1 }]).repeat(50) }],
  ["half a document", { body: '{"statuses": [', headers: { "content-type": "application/json" } }],
  ["other JSON", { body: { surprise: true } }],
  ["an empty answer", { body: "", headers: { "content-type": "application/json" } }],
  ["a reset connection", { fault: "reset" }],
  ["too many requests", { status: 429 }],
  ["a move to another address", { status: 301, headers: { location: "https://example.com/" } }],
];
