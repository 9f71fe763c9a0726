import { after, byPush, push, run, type Shape } from "./init-shape.ts";

/** Those with a merge queue, which only GitHub has. */
export const queueShapes: readonly Shape[] = [
  {
    title: "a merge queue that tests, and a push that publishes",
    kind: "github",
    event: "merge_group",
    workflows: {
      "ci.yml": `name: CI\non: { pull_request: {}, merge_group: { branches: [main] } }\njobs:\n  unit: { ${run} }\n  e2e: { ${run} }\n`,
      "publish.yml": `name: Publish\n${push}\njobs:\n  image: { ${run} }\n`,
    },
    green: { "ci.yml": { unit: "success", e2e: "success" } },
    gate: { workflows: ["ci.yml"] },
    config: ["  event: merge_group", 'publishWorkflow: "publish.yml"'],
    workflow: [after("Publish")],
  },
  {
    title: "a merge queue with a job for all others, and nothing on pushes",
    kind: "github",
    event: "merge_group",
    workflows: {
      "ci.yml": `name: CI\non: [pull_request, merge_group]\njobs:\n  unit: { ${run} }\n  all: { needs: [unit], if: always(), ${run} }\n`,
    },
    green: { "ci.yml": { unit: "success", all: "success" } },
    gate: { check: "all" },
    config: ["  event: merge_group"],
    workflow: [byPush],
  },
  {
    title: "a merge queue in addition to pushes",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\non: { push: { branches: [main] }, merge_group: {} }\njobs:\n  unit: { ${run} }\n`,
    },
    green: { "ci.yml": { unit: "success" } },
    gate: { workflows: ["ci.yml"] },
    workflow: [after("CI")],
  },
];
