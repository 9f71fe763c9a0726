import assert from "node:assert/strict";
import { assertPart } from "@lateen/kernel/testing";
import { parseCommitSha } from "@lateen/kernel";
import type { ContractSuite } from "./contract-suite.ts";
import { htmlPage } from "./http-fake.ts";
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

  check(
    "a repository is described: default branch, workflows, images of its owner",
    async ({ fake, forge, subject }) => {
      assert.deepEqual(await forge.defaultBranch(), { kind: "found", value: "main" });
      fake.setWorkflow("e2e.yml", "disabled_manually", "E2E");
      const listed = await forge.workflows();
      if (lacks("workflows")) assertPart(listed, { kind: "absent" });
      else {
        assert.equal(listed.kind, "found");
        const states = listed.value.map(({ path, state }) => [path.split("/").at(-1), state]);
        assert.deepEqual(states, [["e2e.yml", "disabled_manually"]]);
      }
      const { owner, repository } = subject.home ?? { owner: "acme", repository: "acme/core" };
      fake.addImage(`${owner}/platform`, repository);
      fake.addImage(`${owner}/other`);
      const images = await forge.images();
      assert.equal(images.kind, "found");
      assert.deepEqual(
        images.value.toSorted((a, b) => a.path.localeCompare(b.path)),
        [
          { path: `${owner}/other`, repository: undefined },
          { path: `${owner}/platform`, repository },
        ],
      );
    },
  );

  check("a list that is refused or a web page is unknown, never empty", async ({ fake, forge }) => {
    const end = fake.misbehave({ on: /packages|workflows$|workflows\?/, status: 403, body: { message: "no" } });
    assertPart(await forge.images(), { kind: "unknown", cause: { code: "FORGE_FORBIDDEN" } });
    assertPart(await forge.workflows(), { kind: "unknown", cause: { code: "FORGE_FORBIDDEN" } });
    end();
    fake.misbehave(htmlPage);
    assertPart(await forge.defaultBranch(), { kind: "unknown" });
    assertPart(await forge.images(), { kind: "unknown" });
    assertPart(await forge.workflows(), { kind: "unknown" });
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
