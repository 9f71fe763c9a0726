import { isLoopback } from "@lateen/kernel";
import type { Cluster } from "./detect-cluster.ts";
import type { DetectedWorkflow } from "./read-workflow.ts";
import { supportsSince } from "./gitea-version.ts";
import type { RegistryAccess } from "./registry-access.ts";

/** Answers and findings of `init`. */
export interface Project {
  readonly kind: "github" | "gitea";
  readonly url: string;
  readonly repository: string;
  readonly branch: string;
  /** Version of Gitea; undefined if it is not known. */
  readonly version: string | undefined;
  readonly images: readonly string[];
  readonly registries: readonly RegistryAccess[];
  readonly workflows: readonly DetectedWorkflow[];
  /** Green checks of the newest commit, asked for if no workflow tests it. */
  readonly checks: readonly string[];
  /** A cluster that this machine, or this pod, can reach. */
  readonly cluster: Cluster | undefined;
}

/** Text of a `lateen.yaml` that holds as it is; what cannot be found out is there as a comment. */
export function writeConfig({
  kind,
  url,
  repository,
  branch,
  version,
  images,
  registries,
  workflows,
  checks,
  cluster,
}: Project): string {
  const token = kind === "gitea" ? "GITEA_TOKEN" : "GITHUB_TOKEN";
  const publish = publishWorkflow(workflows);
  const plain = isPlain(url) ? ", insecure: true" : "";
  return `# yaml-language-server: $schema=./node_modules/@lateen/cli/schema.json
forge:
  kind: ${kind}
  url: ${url}${plain === "" ? "" : "\n  insecure: true # plain http: the token can be read on its way"}
  repository: ${repository}
  branch: ${scalar(branch)}
  token: { env: ${token} }
release:
  candidate: staging-{sha7} # the tag that CI gives to the images of a commit
  images:
${images.map((image) => `    - ${image}`).join("\n")}
${registriesText(registries, url)}${gateText({ kind, version }, workflows) ?? askedGate(checks, branch)}killSwitch: { variable: PROD_AUTO_DEPLOY_DISABLED }
${publish === undefined ? "" : `supersession: { publishWorkflow: ${JSON.stringify(publish.file)} }\n`}${cluster === undefined ? fleetComment : fleetText(cluster, repository)}promote:
  tags: [latest]
  ledger: { remote: ${url}/${repository}.git, token: { env: ${token} }${plain} }
`;
}

const fleetComment = `# The tenants; without this section, ship gates and promotes only.
# fleet:
#   controlPlanes:
#     - { name: prod, url: https://api.example.com, token: { env: CP_ADMIN_API_TOKEN } }
#   canary: [canary-a]
#   soak: 60s
#   batch: 3
#   maxStragglers: 1
#   buildinfo: https://{slug}.example.com/buildinfo
`;

/** A fleet on the cluster that was found; what no file says, the labels and the canary, is there to be corrected. */
function fleetText({ name, kubeconfig }: Cluster, repository: string): string {
  const place =
    kubeconfig === undefined ? "" : `\n      kubeconfig: ${kubeconfig}\n      context: ${JSON.stringify(name)}`;
  return `fleet:
  controlPlanes:
    - name: ${JSON.stringify(name)}
      kind: kubernetes${place}
      namespaces: "*" # or a list
      selector: ${JSON.stringify(`app.kubernetes.io/part-of=${repository.split("/").at(-1) ?? ""}`)} # labels of the workloads that are tenants
      workloads: [deployment, statefulset]
      slug: "{namespace}" # {namespace} {name} {label:KEY}
  # canary: [canary-a] # who is moved first and must be proven
  soak: 60s
  batch: 3
  maxStragglers: 1
`;
}

/** A name as YAML takes it for text: `7.0`, `on` or `null` it would take for something else. */
export function scalar(text: string): string {
  return /^[A-Za-z][\w/-]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

/** The workflow that publishes images of the branch, by its name. */
export function publishWorkflow(workflows: readonly DetectedWorkflow[]): DetectedWorkflow | undefined {
  return workflows.find(
    ({ file, name, runsOnPush }) => runsOnPush && /publish|release-image|docker|images?\b/i.test(`${file} ${name}`),
  );
}

/** The workflow of end-to-end tests, by its name. */
export function e2eWorkflow(workflows: readonly DetectedWorkflow[]): DetectedWorkflow | undefined {
  return workflows.find(isE2e);
}

/** The workflow of the checks that every commit has, by its name. */
export function ciWorkflow(workflows: readonly DetectedWorkflow[]): DetectedWorkflow | undefined {
  return workflows.find(isCi);
}

function isE2e({ file, name }: DetectedWorkflow): boolean {
  return /\be2e|end-to-end/i.test(`${file} ${name}`);
}

function isCi({ file, name }: DetectedWorkflow): boolean {
  return /^(?:ci|tests?|build)\b/i.test(file) || /^ci\b/i.test(name);
}

/** True for an address that tokens are sent to only on purpose. */
function isPlain(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !isLoopback(hostname);
}

function registriesText(registries: readonly RegistryAccess[], url: string): string {
  const plainHost = isPlain(url) ? new URL(url).host : undefined;
  const lines = registries.flatMap(({ host, variables }) =>
    variables === undefined
      ? []
      : [
          `  ${host}: { username: { env: ${variables.username} }, password: { env: ${variables.password} }${host === plainHost ? ", insecure: true" : ""} }`,
        ],
  );
  return lines.length === 0 ? "" : `registries:\n${lines.join("\n")}\n`;
}

/** A workflow that no forge has: it is absent, and an absent one that must not be absent refuses every commit. */
export const unnamedWorkflow = "name-what-must-be-green.yml";

const refusingGate = `# Nothing that was found says what must be green, so every commit is refused until it is named here: a check, or a workflow.
# If nothing has to be waited for, gate: false says so.
gate:
  # checks: ["CI / all-required (push)"]
  workflows:
    - { file: ${unnamedWorkflow}, whenAbsent: refuse }
`;

/** The checks that the forge named, or a gate that refuses. */
function askedGate(checks: readonly string[], branch: string): string {
  if (checks.length === 0) return refusingGate;
  const names = checks.map((name) => `    - ${JSON.stringify(name)}\n`).join("");
  return `# What was green on the newest commit of ${branch}, as the forge reports it; leave out what need not be.\ngate:\n  checks:\n${names}`;
}

/** True if the workflows say what must be green. */
export function showsGate(forge: Pick<Project, "kind" | "version">, workflows: readonly DetectedWorkflow[]): boolean {
  return gateText(forge, workflows) !== undefined;
}

/**
 * The workflow is required, not its jobs: they may be skipped, be many, or be called from elsewhere. Only a job that always reports for
 * all others is required by its name.
 */
function gateText(forge: Pick<Project, "kind" | "version">, all: readonly DetectedWorkflow[]): string | undefined {
  const { event, workflows } = tested(forge.kind, all);
  const ci = ciWorkflow(workflows);
  const isWhole = ci !== undefined && (event === "merge_group" || !ci.isFiltered);
  const check = isWhole ? aggregateCheck(forge, ci) : undefined;
  const required = new Set(
    [check === undefined ? ci : undefined, e2eWorkflow(workflows)].flatMap((each) => each ?? []),
  );
  if (check === undefined && required.size === 0) return undefined;
  return [
    "gate:",
    ...(event === "push"
      ? []
      : [`  event: ${event} # the tests run in the merge queue, on the commit that becomes the branch's`]),
    ...(check === undefined ? [] : ["  checks:", `    - ${JSON.stringify(check)}`]),
    ...(required.size === 0 ? [] : ["  workflows:"]),
    ...[...required].map(({ file }) => `    - { file: ${JSON.stringify(file)}, whenAbsent: prove }`),
    "",
  ].join("\n");
}

/** The workflows that test commits of the branch, and the event of their runs: the merge queue only if no push starts any. */
function tested(
  kind: Project["kind"],
  workflows: readonly DetectedWorkflow[],
): { readonly event: "push" | "merge_group"; readonly workflows: readonly DetectedWorkflow[] } {
  const tests = workflows.filter((workflow) => isCi(workflow) || isE2e(workflow));
  const pushed = tests.filter(({ runsOnPush }) => runsOnPush);
  const queued = kind === "github" ? tests.filter(({ runsOnQueue }) => runsOnQueue) : [];
  return pushed.length > 0 || queued.length === 0
    ? { event: "push", workflows: pushed }
    : { event: "merge_group", workflows: queued };
}

/** The name of its check; undefined if there is no such job, or if the version that names it is not known. */
function aggregateCheck(
  { kind, version }: Pick<Project, "kind" | "version">,
  { file, title, aggregate }: DetectedWorkflow,
): string | undefined {
  if (aggregate === undefined || kind === "github") return aggregate;
  if (title !== undefined) return `${title} / ${aggregate} (push)`;
  if (version === undefined) return undefined;
  return supportsSince(version, 27) ? `${file} / ${aggregate} (push)` : `/ ${aggregate} (push)`;
}
