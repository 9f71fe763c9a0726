import { parseCommitSha } from "@lateen/kernel";

import type { ContractSuite } from "./contract-suite.ts";
import { workflowText } from "./forge-subject.ts";

/** Files, workflows and variables. */
export function contractOfPlaces({ check, expect, lacksRuns }: ContractSuite): void {
  check("files are read at the commit that is asked about", async ({ forge, graph, mine }) => {
    const later = parseCommitSha(graph.add({ files: { "a.txt": "later\n" } }));
    expect(await forge.file("a.txt", mine)).toEqual({ kind: "found", value: "earlier ✓\n" });
    expect(await forge.file("a.txt", later)).toEqual({ kind: "found", value: "later\n" });
    expect(await forge.file("b.txt", mine)).toMatchObject({ kind: "absent" });
  });

  check("workflows are found by their file's name, with their state", async ({ fake, forge, mine }) => {
    expect(await forge.workflowFile("e2e.yml", mine)).toMatchObject({
      kind: "found",
      value: { path: ".github/workflows/e2e.yml", text: workflowText },
    });
    expect(await forge.workflowFile("nothing.yml", mine)).toMatchObject({ kind: "absent" });
    expect(await forge.workflow("e2e.yml")).toMatchObject({ kind: "absent" });
    fake.setWorkflow("e2e.yml", "disabled_manually", "E2E");
    const known = { kind: "found", value: { state: "disabled_manually" } };
    expect(await forge.workflow("e2e.yml")).toMatchObject(lacksRuns ? { kind: "absent" } : known);
  });

  check("a variable is found, empty or absent, and a refused one is neither", async ({ fake, forge }) => {
    expect(await forge.variable("STOP")).toMatchObject({ kind: "absent" });
    fake.setVariable("STOP", "true");
    expect(await forge.variable("STOP")).toEqual({ kind: "found", value: "true" });
    fake.setVariable("STOP", "");
    expect(await forge.variable("STOP")).toEqual({ kind: "found", value: "" });
    fake.misbehave({ on: /variables/, status: 403, body: { message: "no" } });
    expect(await forge.variable("STOP")).toMatchObject({
      kind: "unknown",
      cause: { code: "FORGE_FORBIDDEN", category: "auth" },
    });
  });
}
