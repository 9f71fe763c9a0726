/** Pace of a world's rollouts: to be watched, or only to be waited for. */
export type Pace = "watched" | "quick";

/** Addresses of a world that the configuration has to name. */
export interface Addresses {
  readonly flavour: "gitea" | "github";
  readonly forge: string;
  readonly registry: string;
  readonly plane: string;
  readonly buildinfo: string;
  readonly ledger: string;
}

/** Images that each commit of the world is built into. */
export const images = ["acme/platform", "acme/platform-tenant"] as const;

/** Credentials of the world, by the variable that holds them. They open nothing but servers on loopback. */
export const tokens = {
  FORGE_TOKEN: "demo-forge-token",
  CP_ADMIN_API_TOKEN: "demo-control-plane-token",
  REGISTRY_PASSWORD: "demo-registry-password",
} as const;

/** Contexts that the world's CI reports on each commit. */
export const checks = [
  "CI / all-required (push)",
  "Secret scan / Scan diff for credential-shaped strings (push)",
] as const;

const durations: Readonly<Record<Pace, { readonly soak: string; readonly interval: string }>> = {
  watched: { soak: "1500ms", interval: "150ms" },
  quick: { soak: "60ms", interval: "20ms" },
};

/** The text of `lateen.yaml`: that of production, with seconds in the place of minutes. */
export function configurationText(at: Addresses, pace: Pace): string {
  const { soak, interval } = durations[pace];
  return `# The demo world. Everything is as in production but the addresses and the durations.
forge:
  kind: ${at.flavour}
  url: ${at.forge}
  repository: acme/core
  branch: main
  token: { env: FORGE_TOKEN }
release:
  candidate: staging-{sha7}
  images:
${images.map((image) => `    - ${at.registry}/${image}`).join("\n")}
registries:
  ${at.registry}: { username: ci, password: { env: REGISTRY_PASSWORD } }
gate:
  checks:
${checks.map((check) => `    - "${check}"`).join("\n")}
  workflows:
    - { file: e2e.yml, whenAbsent: prove }
  timeout: 20s
  poll: 100ms
  settle: 200ms
  appearWithin: 10s
killSwitch: { variable: PROD_AUTO_DEPLOY_DISABLED }
supersession:
  paths: ["server/**", "web/**"]
  publishWorkflow: publish.yml
fleet:
  controlPlanes:
    - { name: prod, url: "${at.plane}", token: { env: CP_ADMIN_API_TOKEN } }
  canary: [canary-a]
  soak: ${soak}
  batch: 4
  maxStragglers: 0
  buildinfo: ${at.buildinfo}
  verify: { timeout: 3s, interval: ${interval} }
  journal: .lateen/
promote:
  tags: [latest]
  ledger:
    remote: ${at.ledger}
    ref: refs/lateen/latest
    token: { env: FORGE_TOKEN }
  settle: 5s
`;
}

/** The same configuration with a soak of half a minute, in which a process can be killed however slow the machine is. */
export function longSoak(text: string): string {
  return text.replace(/soak: .*/, "soak: 30s").replace(/verify: .*/, "verify: { timeout: 60s, interval: 1s }");
}

const pushed = (name: string, paths: string): string =>
  `name: ${name}\non:\n  push:\n    branches: [main]\n    paths: [${paths}]\njobs: {}\n`;

/** The workflows of the world's repository: E2E covers the server only, publishing everything that ships. */
export const workflows: Readonly<Record<string, string>> = {
  "e2e.yml": pushed("E2E", '"server/**"'),
  "publish.yml": pushed("Publish", '"server/**", "web/**"'),
};
