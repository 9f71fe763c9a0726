import { scalar } from "./write-config.ts";
import { hasInputs, supportsSince } from "./gitea-version.ts";

export interface WorkflowOptions {
  readonly kind: "github" | "gitea";
  /** Version of Gitea, such as `1.22.6`; unknown counts as old. */
  readonly version?: string | undefined;
  /** Reference of a step to the program: the published package by its bytes, or an action's reference by commit. */
  readonly run: { readonly version: string; readonly integrity: string } | { readonly action: string };
  /** Names of the workflows after whose end a commit may ship; on GitHub, and on Gitea since 1.25. Without any, it starts with the push. */
  readonly after: readonly string[];
  /** @default "main" */
  readonly branch?: string;
  /** Further secrets that every step is given, under their own names. @default none */
  readonly secrets?: readonly string[];
}

/** Secret of the repository with the token for Gitea, which admits no name that begins with `GITEA_`. Source: docs.gitea.com, "Secrets". */
export const giteaTokenSecret = "RELEASE_TOKEN";

/** The folder that the forge reads workflows from. */
export function workflowFolder(kind: WorkflowOptions["kind"]): string {
  return kind === "gitea" ? ".gitea/workflows" : ".github/workflows";
}

/** Text of the workflow that ships, reconciles and watches; it holds nothing that the forge would ignore. */
export function writeWorkflow(options: WorkflowOptions): string {
  return options.kind === "gitea" ? giteaWorkflow(options) : githubWorkflow(options);
}

// By commit: anyone who can move a tag of an action can read the secrets of the job. What the tags named on 2026-11-21.
const checkout = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2";
const setupNode = "actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0";

function githubWorkflow(options: WorkflowOptions): string {
  const token = "GITHUB_TOKEN: ${{ github.token }}";
  const { branch = "main" } = options;
  return `# Ships every commit of ${branch} that has been published and tested, and keeps production where the ledger says.
name: lateen
on:
${gitHubStart(options)}
  workflow_dispatch:
${dispatchInputs}  schedule:
    - cron: "17 * * * *"
permissions: {}
# No concurrency group: it would cancel the run that waits in the middle. The ledger keeps two runs at once apart.
jobs:
  ship:
    if: ${shipCondition(options)}
    runs-on: ubuntu-latest
    timeout-minutes: 120
    permissions:
      actions: read # the runs of required workflows
      checks: read
      statuses: read
      contents: write # the ledger is a ref of this repository
      packages: write # the promoted tags
    steps:
${prepare(options)}${shipStep(options, token)}  watch:
    if: github.event_name == 'schedule'
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      actions: read
      contents: read
      packages: write # tags that differ from the ledger are repaired
    steps:
${prepare(options)}${watchSteps(options, token)}`;
}

function gitHubStart({ branch = "main", after }: WorkflowOptions): string {
  if (after.length === 0)
    return `  # The job begins with the push and waits for the gate itself.
  push:
    branches: [${scalar(branch)}]`;
  const why =
    after.length === 1
      ? "Begins once that workflow has ended; whatever else is required is waited for."
      : "Either may be the last to end: whichever comes second finds both green, the other is deferred.";
  return `  # ${why}
  workflow_run:
    workflows: [${after.map((name) => JSON.stringify(name)).join(", ")}]
    types: [completed]
    branches: [${scalar(branch)}]`;
}

/** Gitea starts workflows at the end of others since 1.25. */
function chains({ after, version }: WorkflowOptions): boolean {
  return after.length > 0 && supportsSince(version, 25);
}

/**
 * At the end of another workflow only a run of this repository's own push names a commit that was built: a fork's pull request may come
 * from a branch of the same name, and a run that such a run started is of the tip.
 */
function shipCondition({ kind, after }: WorkflowOptions): string {
  const notTimed = "github.event_name != 'schedule'";
  if (after.length === 0) return notTimed;
  const run = "github.event.workflow_run";
  const own = kind === "github" ? ` && ${run}.head_repository.full_name == github.repository` : "";
  return `${notTimed} && (github.event_name != 'workflow_run' || (${run}.event == 'push'${own}))`;
}

function giteaWorkflow(options: WorkflowOptions): string {
  const token = `GITEA_TOKEN: \${{ secrets.${giteaTokenSecret} }}`;
  const { version, branch = "main" } = options;
  const cancels = supportsSince(version, 26)
    ? ""
    : `  # Gitea before 1.26 ends this run when the next push starts one, whose run then ships both. Name under \`paths\` what is released,
  # so that a push which releases nothing ends no run that does.
`;
  const permissions = supportsSince(version, 26)
    ? "permissions: { contents: read } # everything else has its own token\n"
    : "";
  const minutes = (count: number): string => (supportsSince(version, 27) ? `    timeout-minutes: ${count}\n` : "");
  return `# Ships every commit of ${branch} as soon as its checks are green, and keeps production where the ledger says.
name: lateen
on:
${
  chains(options)
    ? gitHubStart(options)
    : `  # The job begins with the push and waits for publishing and E2E itself, so a runner has to be free for those.
${cancels}  push:
    branches: [${scalar(branch)}]`
}
  workflow_dispatch:
${hasInputs(version) ? dispatchInputs : ""}  schedule:
    - cron: "17 * * * *"
${permissions}jobs:
  ship:
    if: ${chains(options) ? shipCondition(options) : "github.event_name != 'schedule'"}
    runs-on: ubuntu-latest
${minutes(120)}    steps:
${prepare(options)}${hasInputs(version) ? shipStep(options, token) : step(options, ["ship"], secrets(options, token))}  watch:
    if: github.event_name == 'schedule'
    runs-on: ubuntu-latest
${minutes(30)}    steps:
${prepare(options)}${watchSteps(options, token)}`;
}

const dispatchInputs = `    inputs:
      command: { description: "what to do", type: choice, options: [ship, rollback], default: ship }
      sha: { description: "commit to ship (default: newest) or go back to (default: the one before)", required: false }
      reason: { description: "why; the ledger keeps it", required: true }
      override: { description: "CHECK=REASON, recorded with your name", required: false }
`;

/** Input of a dispatch form reaches a script as variables only. */
function shipStep(options: WorkflowOptions, token: string): string {
  const inputs = {
    command: "${{ inputs.command || 'ship' }}",
    sha: "${{ inputs.sha }}",
    reason: "${{ inputs.reason }}",
    override: "${{ inputs.override }}",
  };
  if ("action" in options.run) return step(options, [inputs.command], secrets(options, token), inputs);
  const variables = [
    `COMMAND: ${inputs.command}`,
    `SHA: ${inputs.sha}`,
    `REASON: ${inputs.reason}`,
    `LATEEN_OVERRIDE: ${inputs.override}`,
  ];
  const line = ['"$COMMAND"', '${SHA:+--sha="$SHA"}', '${REASON:+--reason="$REASON"}'];
  return step(options, line, [...secrets(options, token), ...variables]);
}

function watchSteps(options: WorkflowOptions, token: string): string {
  const status = ["status", "--fail-on-drift", "--max-age=1d"];
  return `${step(options, ["reconcile"], secrets(options, token))}${step(options, status, secrets(options, token))}`;
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
  const clone = `      - uses: ${checkout}\n        with: { persist-credentials: false }\n`;
  if ("action" in run) return clone;
  const { version, integrity } = run;
  const sha512 = Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
  return `${clone}      - uses: ${setupNode}
        with: { node-version: 24 }
      # The package of exactly these bytes: another one under the same version is not run.
      - run: |
          npm pack --silent --pack-destination "$RUNNER_TEMP" @lateen/cli@${version}
          echo "$SHA512  $RUNNER_TEMP/lateen-cli-${version}.tgz" | sha512sum --check --quiet
          npm install --silent --global --ignore-scripts "$RUNNER_TEMP/lateen-cli-${version}.tgz"
        env:
          SHA512: ${sha512}
`;
}

function step(
  { run }: WorkflowOptions,
  [command = "", ...args]: readonly string[],
  env: readonly string[],
  inputs: Readonly<Record<string, string>> = {},
): string {
  const given = Object.entries({ command, ...inputs }).map(([name, value]) => `    ${name}: ${value}`);
  const lines =
    "action" in run
      ? [
          `- uses: ${run.action}`,
          "  with:",
          ...given,
          ...(args.length === 0 ? [] : ["    args: |", ...args.map((arg) => `      ${arg}`)]),
        ]
      : [`- run: lateen ${[command, ...args].join(" ")}`];
  return [...lines, "  env:", ...env.map((line) => `    ${line}`)].map((line) => `      ${line}\n`).join("");
}
