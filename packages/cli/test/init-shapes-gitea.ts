import { after, byPush, push, run, type Shape } from "./init-shape.ts";

/** The same on Gitea. */
export const giteaShapes: readonly Shape[] = [
  ...["1.22.6", "1.26.4", "1.27.3"].map((version): Shape => ({
    title: `a workflow without a name, on Gitea ${version}`,
    kind: "gitea",
    version,
    workflows: { "ci.yml": `${push}\njobs:\n  unit: { ${run} }\n  full: { needs: [unit], if: always(), ${run} }\n` },
    green: { "ci.yml": { unit: "success", full: "success" } },
    gate: { check: version.startsWith("1.27") ? "ci.yml / full (push)" : "/ full (push)" },
  })),
  {
    title: "an aggregate job and end-to-end tests, on a Gitea that starts workflows at the end of others",
    kind: "gitea",
    version: "1.26.4",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs:\n  unit: { ${run} }\n  all-required: { needs: [unit], if: always(), ${run} }\n`,
      "e2e.yml": `name: E2E\n${push}\njobs: { full: { ${run} } }\n`,
    },
    green: { "ci.yml": { unit: "success", "all-required": "success" }, "e2e.yml": { full: "success" } },
    gate: { check: "CI / all-required (push)", workflows: ["e2e.yml"] },
    workflow: [after("E2E"), "github.event.workflow_run.event == 'push'"],
  },
  {
    title: "the same on a Gitea that does not",
    kind: "gitea",
    version: "1.24.6",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs:\n  unit: { ${run} }\n  all-required: { needs: [unit], if: always(), ${run} }\n`,
      "e2e.yml": `name: E2E\n${push}\njobs: { full: { ${run} } }\n`,
    },
    green: { "ci.yml": { unit: "success", "all-required": "success" }, "e2e.yml": { full: "success" } },
    gate: { check: "CI / all-required (push)", workflows: ["e2e.yml"] },
    workflow: [byPush],
  },
  {
    title: "workflows in the folder that Gitea shares with GitHub, a matrix, and its own registry",
    kind: "gitea",
    version: "1.25.5",
    folder: ".github",
    workflows: {
      "test.yaml": `name: Test\n${push}\njobs: { unit: { strategy: { matrix: { v: [1, 2] } }, ${run} } }\n`,
    },
    green: { "test.yaml": { "unit (1)": "success", "unit (2)": "success" } },
    gate: { workflows: ["test.yaml"] },
    config: ["_PASSWORD }"],
    workflow: [after("Test")],
  },
  {
    title: "called workflows and a skipped job, on Gitea",
    kind: "gitea",
    version: "1.26.4",
    workflows: {
      "build.yml": `name: Build\n${push}\njobs:\n  image: { uses: ./.gitea/workflows/image.yml }\n  label: { if: "github.event_name == 'pull_request'", ${run} }\n`,
      "image.yml": `name: Image\non: workflow_call\njobs: { image: { ${run} } }\n`,
    },
    green: { "build.yml": { image: "success", label: "skipped" } },
    gate: { workflows: ["build.yml"] },
  },
];
