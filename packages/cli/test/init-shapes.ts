import { after, byPush, push, run, type Shape } from "./init-shape.ts";
import { giteaShapes } from "./init-shapes-gitea.ts";
import { queueShapes } from "./init-shapes-queue.ts";

/** Seen among public repositories of the kind that the title names; every text is ours. */
export const shapes: readonly Shape[] = [
  ...queueShapes,
  {
    title: "requests that are tested under one name, pushes under another",
    kind: "github",
    workflows: {
      "build.yml": `name: Build\non: pull_request\njobs:\n  unit: { ${run} }\n`,
      "tests.yml": `name: Tests\n${push}\njobs:\n  unit: { ${run} }\n`,
    },
    green: { "tests.yml": { unit: "success" } },
    gate: { workflows: ["tests.yml"] },
  },
  {
    title: "an action whose jobs are called workflows",
    kind: "github",
    workflows: {
      "ci.yml": `name: ci\n${push}\njobs:\n  image: { uses: acme/shared/.github/workflows/build.yml@v1 }\n  unit: { ${run} }\n`,
    },
    green: { "ci.yml": { "image / build": "success", "image / finalize": "success", unit: "success" } },
    gate: { workflows: ["ci.yml"] },
    workflow: [after("ci")],
  },
  {
    title: "a build tool with one job for success and one for failure",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs:\n  test: { ${run} }\n  passed: { needs: [test], if: success(), name: Test passed, ${run} }\n  failed: { needs: [test], if: failure(), name: Test failed, ${run} }\n`,
    },
    green: { "ci.yml": { test: "success", "Test passed": "success", "Test failed": "skipped" } },
    gate: { workflows: ["ci.yml"] },
  },
  {
    title: "a registry with a matrix under a fixed name",
    kind: "github",
    workflows: {
      "go.yml": `name: Go\n${push}\njobs:\n  test: { name: Test, strategy: { matrix: { go: ["1.25", "1.26"] } }, ${run} }\n`,
      "ci.yaml": `name: CI\n${push}\njobs:\n  t: { name: Test, strategy: { matrix: { go: ["1.25", "1.26"] } }, ${run} }\n`,
    },
    green: {
      "ci.yaml": { "Test (1.25)": "success", "Test (1.26)": "success" },
      "go.yml": { "Test (1.25)": "success" },
    },
    gate: { workflows: ["ci.yaml"] },
  },
  {
    title: "a web server that publishes on releases only",
    kind: "github",
    workflows: {
      "ci.yml": `name: Tests\n${push}\njobs: { test: { ${run} } }\n`,
      "release_published.yml": `name: Publish packages\non: { release: { types: [published] } }\njobs: { publish: { ${run} } }\n`,
    },
    green: { "ci.yml": { test: "success" } },
    gate: { workflows: ["ci.yml"] },
    workflow: [after("Tests")],
  },
  {
    title: "an application that publishes with tags only",
    kind: "github",
    workflows: {
      "test.yml": `name: Test\n${push}\njobs: { test: { ${run} } }\n`,
      "docker.yml": `name: Docker image\non: { push: { tags: ["v*"] } }\njobs: { image: { ${run} } }\n`,
    },
    green: { "test.yml": { test: "success" } },
    gate: { workflows: ["test.yml"] },
    workflow: [after("Test")],
  },
  {
    title: "a workflow without a name",
    kind: "github",
    workflows: { "ci.yml": `${push}\njobs: { full: { ${run} } }\n` },
    green: { "ci.yml": { full: "success" } },
    gate: { workflows: ["ci.yml"] },
    workflow: [after(".github/workflows/ci.yml")],
  },
  {
    title: "a component whose branch is a number",
    kind: "github",
    branch: "7.0",
    workflows: { "tests.yml": `name: Unit\non: { push: { branches: ["7.*"] } }\njobs: { unit: { ${run} } }\n` },
    green: { "tests.yml": { unit: "success" } },
    gate: { workflows: ["tests.yml"] },
    config: ['branch: "7.0"'],
    workflow: ['branches: ["7.0"]'],
  },
  {
    title: "a branch that YAML takes for a word of its own",
    kind: "github",
    branch: "on",
    workflows: { "ci.yml": `name: CI\non: push\njobs: { unit: { ${run} } }\n` },
    green: { "ci.yml": { unit: "success" } },
    gate: { workflows: ["ci.yml"] },
    config: ['branch: "on"'],
  },
  {
    title: "an aggregate job that always reports",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs:\n  a: { ${run} }\n  b: { if: "github.event_name == 'pull_request'", ${run} }\n  all-green: { needs: [a, b], if: always(), ${run} }\n`,
    },
    green: { "ci.yml": { a: "success", b: "skipped", "all-green": "success" } },
    gate: { check: "all-green" },
  },
  {
    title: "an aggregate job whose condition is an expression",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs:\n  a: { ${run} }\n  done: { name: All green, needs: a, if: "\${{ always() }}", ${run} }\n`,
    },
    green: { "ci.yml": { a: "success", "All green": "success" } },
    gate: { check: "All green" },
  },
  {
    title: "a job that is skipped on pushes, and none for all",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs:\n  test: { ${run} }\n  label: { if: "github.event_name == 'pull_request'", ${run} }\n`,
    },
    green: { "ci.yml": { test: "success", label: "skipped" } },
    gate: { workflows: ["ci.yml"] },
  },
  {
    title: "a last job that runs unless it was cancelled",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs:\n  a: { ${run} }\n  summary: { needs: [a], if: "\${{ !cancelled() }}", ${run} }\n`,
    },
    green: { "ci.yml": { a: "success", summary: "success" } },
    gate: { workflows: ["ci.yml"] },
  },
  {
    title: "a monorepo whose tests have a filter of paths",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\non: { push: { branches: [main], paths: ["web/**"] } }\njobs: { all: { ${run} } }\n`,
      "lint.yml": `name: Lint\n${push}\njobs: { lint: { ${run} } }\n`,
    },
    green: { "lint.yml": { lint: "success" } },
    gate: { workflows: ["ci.yml"] },
  },
  {
    title: "tests of release branches only",
    kind: "github",
    workflows: { "ci.yml": `name: CI\non: { push: { branches: ["release/**"] } }\njobs: { test: { ${run} } }\n` },
    green: {},
    gate: {},
    workflow: [byPush],
  },
  {
    title: "end-to-end tests that start at the end of the build",
    kind: "github",
    workflows: {
      "build.yml": `name: Build\n${push}\njobs: { build: { ${run} } }\n`,
      "e2e.yml": `name: E2E\non: { workflow_run: { workflows: [Build], types: [completed] } }\njobs: { e2e: { ${run} } }\n`,
    },
    green: { "build.yml": { build: "success" } },
    gate: { workflows: ["build.yml"] },
    workflow: [after("Build")],
  },
  {
    title: "end-to-end tests of every push next to CI, and a workflow that publishes",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs: { test: { ${run} } }\n`,
      "e2e.yml": `name: "E2E (full)"\n${push}\njobs: { e2e: { ${run} } }\n`,
      "publish.yml": `name: publish-image\n${push}\njobs: { image: { runs-on: x, steps: [{ run: docker push ghcr.io/acme/core:x }] } }\n`,
    },
    green: { "ci.yml": { test: "success" }, "e2e.yml": { e2e: "success" }, "publish.yml": { image: "success" } },
    gate: { workflows: ["ci.yml", "e2e.yml"] },
    config: ['supersession: { publishWorkflow: "publish.yml" }', "- ghcr.io/acme/core\n"],
    workflow: [after("publish-image", "E2E (full)")],
  },
  {
    title: "events as a list, anchors, and a byte order mark",
    kind: "github",
    workflows: {
      "ci.yml": `\uFEFFname: CI\r\non: [push, pull_request]\r\njobs:\r\n  a: &job { ${run} }\r\n  b: *job\r\n`,
    },
    green: { "ci.yml": { a: "success", b: "success" } },
    gate: { workflows: ["ci.yml"] },
  },
  {
    title: "files that are no workflows next to one that is",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs: { a: { ${run} } }\n`,
      "broken.yml": "on: [push\n",
      "empty.yml": "",
    },
    green: { "ci.yml": { a: "success" } },
    gate: { workflows: ["ci.yml"] },
  },
  {
    title: "images on ECR",
    kind: "github",
    workflows: {
      "ci.yml": `name: CI\n${push}\njobs: { a: { ${run} } }\n`,
      "release.yml": `name: images\n${push}\njobs: { push: { runs-on: x, steps: [{ run: docker push 123456789012.dkr.ecr.us-east-2.amazonaws.com/acme/core:x }] } }\n`,
    },
    green: { "ci.yml": { a: "success" }, "release.yml": { push: "success" } },
    gate: { workflows: ["ci.yml"] },
    config: ["- 123456789012.dkr.ecr.us-east-2.amazonaws.com/acme/core\n"],
    workflow: ["AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}"],
  },
  {
    title: "a project without workflows",
    kind: "github",
    workflows: {},
    green: {},
    gate: {},
    config: ["- ghcr.io/acme/core\n"],
    workflow: [byPush],
  },
  ...giteaShapes,
];
