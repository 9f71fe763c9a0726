import { hasInputs } from "./gitea-version.ts";

/** What a workflow is written for. */
export interface WorkflowOptions {
  readonly kind: "github" | "gitea";
  /** Version of Gitea, such as `1.22.6`; unknown counts as old. */
  readonly version?: string | undefined;
  /** How a step gets at the program: the published package, or an action's reference. */
  readonly run: { readonly version: string } | { readonly action: string };
  /** Names (`name:`) of the workflows after whose end a commit may ship; on GitHub only. Without any, it starts with the push. */
  readonly after: readonly string[];
  /** @default "main" */
  readonly branch?: string;
  /** Further secrets that every step is given, under their own names. @default none */
  readonly secrets?: readonly string[];
}

/** The folder that the forge reads workflows from. */
export function workflowFolder(kind: WorkflowOptions["kind"]): string {
  return kind === "gitea" ? ".gitea/workflows" : ".github/workflows";
}

/** Text of the workflow that ships, reconciles and watches; it holds nothing that the forge would ignore. */
export function writeWorkflow(options: WorkflowOptions): string {
  return options.kind === "gitea" ? giteaWorkflow(options) : githubWorkflow(options);
}

function githubWorkflow(options: WorkflowOptions): string {
  const token = "GITHUB_TOKEN: ${{ github.token }}";
  const { branch = "main", after } = options;
  const start =
    after.length === 0
      ? `  # The job begins with the push and waits for the gate itself.
  push:
    branches: [${branch}]`
      : `  # ${after.length === 1 ? "Begins once that workflow has ended; whatever else is required is waited for." : "Either may be the last to end: whichever comes second finds both green, the other is deferred."}
  workflow_run:
    workflows: [${after.map((name) => JSON.stringify(name)).join(", ")}]
    types: [completed]
    branches: [${branch}]`;
  return `# Ships every commit of ${branch} that has been published and tested, and keeps production where the ledger says.
name: lateen
on:
${start}
  workflow_dispatch:
    inputs:
      sha: { description: "commit to ship (default: the newest)", required: false }
      override: { description: "CHECK=REASON, recorded with your name", required: false }
  schedule:
    - cron: "17 * * * *"
permissions:
  actions: read
  checks: read
  statuses: read
  contents: write # the ledger is a ref of this repository
  packages: write # the promoted tags
# No concurrency group: it would cancel the run that waits in the middle. Two runs at once are told apart by the ledger.
jobs:
  ship:
    if: github.event_name != 'schedule'
    runs-on: ubuntu-latest
    timeout-minutes: 120
    steps:
${prepare(options)}${step(options, ["ship"], secrets(options, token), { override: true })}${watch(options, token)}`;
}

function giteaWorkflow(options: WorkflowOptions): string {
  const token = "GITEA_TOKEN: ${{ secrets.PROD_AUTO_DEPLOY_CONTROL_TOKEN }}";
  const inputs = hasInputs(options.version)
    ? `    inputs:
      sha: { description: "commit to ship (default: the newest)", required: false }
      override: { description: "CHECK=REASON, recorded with your name", required: false }
`
    : "";
  const override = hasInputs(options.version);
  const { branch = "main" } = options;
  return `# Ships every commit of ${branch} as soon as its checks are green, and keeps production where the ledger says.
name: lateen
on:
  # Gitea has no workflow_run: the job begins with the push and waits for the gate itself.
  push:
    branches: [${branch}]
  workflow_dispatch:
${inputs}  schedule:
    - cron: "17 * * * *"
jobs:
  ship:
    if: github.event_name != 'schedule'
    runs-on: ubuntu-latest
    steps:
${prepare(options)}${step(options, ["ship"], secrets(options, token), { override })}${watch(options, token)}`;
}

function watch(options: WorkflowOptions, token: string): string {
  return `  watch:
    if: github.event_name == 'schedule'
    runs-on: ubuntu-latest
    steps:
${prepare(options)}${step(options, ["reconcile"], secrets(options, token))}${step(options, ["status", "--fail-on-drift", "--max-age=1d"], secrets(options, token))}`;
}

/** The kill switch is handed in as it is when the job starts; lateen reads it again by itself before every step. */
function secrets({ secrets: more = [] }: WorkflowOptions, token: string): readonly string[] {
  return [
    token,
    ...more.map((name) => `${name}: \${{ secrets.${name} }}`),
    "CP_ADMIN_API_TOKEN: ${{ secrets.CP_ADMIN_API_TOKEN }}",
    "PROD_AUTO_DEPLOY_DISABLED: ${{ vars.PROD_AUTO_DEPLOY_DISABLED }}",
  ];
}

function prepare({ run }: WorkflowOptions): string {
  const checkout = "      - uses: actions/checkout@v4\n";
  return "action" in run
    ? checkout
    : `${checkout}      - uses: actions/setup-node@v4\n        with: { node-version: 24 }\n`;
}

function step(
  { run }: WorkflowOptions,
  [command = "", ...args]: readonly string[],
  env: readonly string[],
  { override = false }: { readonly override?: boolean } = {},
): string {
  // An action hands its input on as LATEEN_OVERRIDE: a variable of that name beside it would be lost.
  const lines =
    "action" in run
      ? [
          `- uses: ${run.action}`,
          "  with:",
          `    command: ${command}`,
          ...(args.length === 0 ? [] : ["    args: |", ...args.map((arg) => `      ${arg}`)]),
          ...(override ? ["    override: ${{ inputs.override }}"] : []),
        ]
      : [`- run: npx -y @lateen/cli@${run.version} ${[command, ...args].join(" ")}`];
  const all = override && !("action" in run) ? [...env, "LATEEN_OVERRIDE: ${{ inputs.override }}"] : env;
  return [...lines, "  env:", ...all.map((line) => `    ${line}`)].map((line) => `      ${line}\n`).join("");
}
