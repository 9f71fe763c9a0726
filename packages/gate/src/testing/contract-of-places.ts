import assert from "node:assert/strict";
import { assertPart } from "@lateen/kernel/testing";
import { parseCommitSha } from "@lateen/kernel";
import type { ContractSuite } from "./contract-suite.ts";
import { workflowText } from "./forge-subject.ts";

/** Files, workflows and variables. */
export function contractOfPlaces({ check, lacks }: ContractSuite): void {
  check("files are read at the commit that is asked about", async ({ forge, graph, mine }) => {
    const later = parseCommitSha(graph.add({ files: { "a.txt": "later\n" } }));
    assert.deepEqual(await forge.file("a.txt", mine), { kind: "found", value: "earlier ✓\n" });
    assert.deepEqual(await forge.file("a.txt", later), { kind: "found", value: "later\n" });
    assertPart(await forge.file("b.txt", mine), { kind: "absent" });
  });

  check("workflows are found by their file's name, with their state", async ({ fake, forge, mine }) => {
    assertPart(await forge.workflowFile("e2e.yml", mine), {
      kind: "found",
      value: { path: ".github/workflows/e2e.yml", text: workflowText },
    });
    assertPart(await forge.workflowFile("nothing.yml", mine), { kind: "absent" });
    assertPart(await forge.workflow("nothing.yml"), { kind: "absent" });
    fake.setWorkflow("e2e.yml", "disabled_manually", "E2E");
    const known = { kind: "found", value: { state: "disabled_manually" } };
    assertPart(await forge.workflow("e2e.yml"), lacks("workflows") ? { kind: "absent" } : known);
  });

  check("a variable is found, empty or absent, and a refused one is neither", async ({ fake, forge }) => {
    assertPart(await forge.variable("STOP"), { kind: "absent" });
    fake.setVariable("STOP", "true");
    assert.deepEqual(await forge.variable("STOP"), { kind: "found", value: "true" });
    if (!lacks("empty variables")) {
      fake.setVariable("STOP", "");
      assert.deepEqual(await forge.variable("STOP"), { kind: "found", value: "" });
    }
    fake.misbehave({ on: /variables/, status: 403, body: { message: "no" } });
    assertPart(await forge.variable("STOP"), {
      kind: "unknown",
      cause: { code: "FORGE_FORBIDDEN", category: "auth" },
    });
  });
}
