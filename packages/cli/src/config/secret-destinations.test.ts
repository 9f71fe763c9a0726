import { afterAll, describe, expect, test } from "vitest";
import { createFolder } from "../../test/folder.ts";
import { loadConfig } from "./load.ts";
import { secretDestinations } from "./secret-destinations.ts";

const folder = createFolder();
afterAll(() => folder.remove());

const everything = `
forge: { kind: github, url: "https://git.example.com", repository: acme/core, token: { env: FORGE }, app: { id: 1, key: { env: APP_KEY } } }
release:
  candidate: staging-{sha7}
  images: [ghcr.io/acme/a, r.example.com/acme/b, 123456789012.dkr.ecr.us-east-2.amazonaws.com/acme/c]
registries:
  r.example.com: { username: { env: R_USER }, password: { env: R_PASSWORD }, realm: "https://login.example.com/token" }
  s.example.com: { token: { file: s.token }, cert: s.pem, key: s.key }
killSwitch: { ref: true }
fleet:
  controlPlanes:
    - { name: a, url: "https://cp.example.com:8443/api", token: { env: CP } }
    - { kind: kubernetes, name: k, selector: a=b, kubeconfig: { env: KUBE } }
    - { kind: exec, name: x, enumerate: [./list], move: [ssh, "{host}"], proof: [./proof], env: [SSH_AUTH_SOCK] }
  canary: [canary-a]
  buildinfo: "https://{slug}.example.com/buildinfo"
  mirror: { remote: "https://mirror.example.com/m.git", token: { env: MIRROR } }
  checks:
    - { name: smoke, at: canary, exec: [./smoke.sh], env: [SMOKE] }
    - { name: web, at: wave, http: { url: "https://{slug}.example.com/check", headers: { X-Key: { env: WEB_KEY } } } }
    - { name: errors, at: soak, prometheus: { url: "https://prom.example.com", query: q, below: 1, token: { env: PROM } } }
    - { name: more, at: soak, prometheus: { query: q, below: 1 } }
promote:
  tags: [latest]
  ledger: { remote: "https://git.example.com/acme/ledger.git" }
`;

async function destinationsOf(text: string): Promise<readonly (readonly [string, string, string])[]> {
  const file = folder.write("lateen.yaml", text);
  const { config } = await loadConfig({ cwd: folder.path, env: {}, file });
  return secretDestinations(config).map(({ secret, to, key }) => [secret, to, key]);
}

describe("which secret goes where", () => {
  test("every secret of the configuration, with each host and command that gets it", async () => {
    expect(await destinationsOf(everything)).toEqual([
      ["FORGE", "git.example.com", "forge.token"],
      ["APP_KEY", "no host: it signs the requests for a token of git.example.com", "forge.app.key"],
      ["FORGE", "git.example.com", "promote.ledger"],
      ["MIRROR", "mirror.example.com", "fleet.mirror"],
      ["R_USER", "r.example.com and login.example.com", "registries.r.example.com.username"],
      ["R_PASSWORD", "r.example.com and login.example.com", "registries.r.example.com.password"],
      ["s.token", "s.example.com", "registries.s.example.com.token"],
      ["s.key", "no host: it proves a connection to s.example.com", "registries.s.example.com.key"],
      ["docker's credentials, if there are any", "ghcr.io", "release.images"],
      ["AWS credentials", ecr, "release.images"],
      ["CP", "cp.example.com:8443", "fleet.controlPlanes[0].token"],
      ["KUBE", "the API server that it names", "fleet.controlPlanes[1].kubeconfig"],
      ["SSH_AUTH_SOCK", "the command ./list", "fleet.controlPlanes[2].env"],
      ["SSH_AUTH_SOCK", "the command ssh", "fleet.controlPlanes[2].env"],
      ["SSH_AUTH_SOCK", "the command ./proof", "fleet.controlPlanes[2].env"],
      ["SMOKE", "the command ./smoke.sh", "fleet.checks[0].env"],
      ["WEB_KEY", "{slug}.example.com", "fleet.checks[1].http.headers.X-Key"],
      ["PROM", "prom.example.com", "fleet.checks[2].prometheus.token"],
      ["PROM", "prom.example.com", "fleet.checks[3].prometheus.token"],
    ]);
  });

  test("the token of the forge goes to no ledger on another server", async () => {
    const other = everything.replace("https://git.example.com/acme/ledger.git", "https://other.example.com/l.git");
    expect((await destinationsOf(other)).filter(([secret]) => secret === "FORGE")).toEqual([
      ["FORGE", "git.example.com", "forge.token"],
    ]);
  });

  test("no secret is left out, wherever it is named", async () => {
    const named = [...everything.matchAll(/\{ env: (\w+) \}|env: \[(\w+)\]|\{ file: ([\w.]+) \}/g)];
    const listed = new Set((await destinationsOf(everything)).map(([secret]) => secret));
    expect(named.length).toBeGreaterThan(10);
    for (const [, variable, given, file] of named) expect(listed).toContain(variable ?? given ?? file);
  });
});

const ecr = "123456789012.dkr.ecr.us-east-2.amazonaws.com";
