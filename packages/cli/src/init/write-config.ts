import type { Detected, DetectedWorkflow } from "./detect.ts";

/** What `init` was told, or found out. */
export interface Project {
  readonly kind: "github" | "gitea";
  readonly url: string;
  readonly repository: string;
  readonly detected: Detected;
}

/** Text of a `lateen.yaml` that holds as it is; what cannot be found out is there as a comment. */
export function writeConfig({ kind, url, repository, detected }: Project): string {
  const token = kind === "gitea" ? "GITEA_TOKEN" : "GITHUB_TOKEN";
  const images = detected.images.length > 0 ? detected.images : [`ghcr.io/${repository.toLowerCase()}`];
  const checks = requiredChecks(kind, detected.workflows);
  const e2e = detected.workflows.find(({ file }) => /e2e|end-to-end/i.test(file));
  const publish = publishWorkflow(detected.workflows);
  return `# yaml-language-server: $schema=./node_modules/@lateen/cli/schema.json
forge:
  kind: ${kind}
  url: ${url}
  repository: ${repository}
  branch: main
  token: { env: ${token} }
release:
  candidate: staging-{sha7} # the tag that CI gives to the images of a commit
  images:
${images.map((image) => `    - ${image}`).join("\n")}
${gateText(checks, e2e)}killSwitch: { variable: PROD_AUTO_DEPLOY_DISABLED }
${publish === undefined ? "" : `supersession: { publishWorkflow: ${publish.file} }\n`}# The tenants; without this section, ship gates and promotes only.
# fleet:
#   controlPlanes:
#     - { name: prod, url: https://api.example.com, token: { env: CP_ADMIN_API_TOKEN } }
#   canary: [canary-a]
#   soak: 60s
#   batch: 3
#   maxStragglers: 1
#   buildinfo: https://{slug}.example.com/buildinfo
promote:
  tags: [latest]
  ledger: { remote: ${url}/${repository}.git, token: { env: ${token} } }
`;
}

/** The workflow that publishes images, by its name. */
export function publishWorkflow(workflows: readonly DetectedWorkflow[]): DetectedWorkflow | undefined {
  return workflows.find(
    ({ file, name }) => /publish|release-image|docker|images?\b/i.test(`${file} ${name}`) && !/lateen/i.test(file),
  );
}

function gateText(checks: readonly string[], e2e: DetectedWorkflow | undefined): string {
  if (checks.length === 0 && e2e === undefined)
    return '# What must be green; without this section, nothing is waited for.\n# gate:\n#   checks: ["CI / all-required (push)"]\n';
  return [
    "gate:",
    ...(checks.length === 0 ? [] : ["  checks:", ...checks.map((check) => `    - ${JSON.stringify(check)}`)]),
    ...(e2e === undefined ? [] : ["  workflows:", `    - { file: ${e2e.file}, whenAbsent: prove }`]),
    "",
  ].join("\n");
}

/** One check that stands for all, where there is such a job; else every job of the workflow called CI. */
function requiredChecks(kind: Project["kind"], workflows: readonly DetectedWorkflow[]): readonly string[] {
  const ci = workflows.find(({ file, name }) => /^ci\b/i.test(file) || /^ci\b/i.test(name));
  if (ci === undefined) return [];
  const all = ci.jobs.filter((job) => /all|required|gate/i.test(job));
  return (all.length > 0 ? all.slice(0, 1) : ci.jobs).map((job) =>
    kind === "gitea" ? `${ci.name} / ${job} (push)` : job,
  );
}
