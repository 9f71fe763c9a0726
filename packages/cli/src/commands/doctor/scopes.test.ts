import { afterAll, expect, test } from "vitest";
import { createFolder } from "../../../test/folder.ts";
import { loadConfig } from "../../config/load.ts";
import { secretDestinations } from "../../config/secret-destinations.ts";
import { scopesOf } from "./scopes.ts";

const folder = createFolder();
afterAll(() => folder.remove());

const github = "contents: read; checks: read and statuses: read; actions: read and contents: read";
const write = "write:repository, and its user may write code";

test.each([
  ["github", "", `${github}`],
  ["github", "killSwitch: { variable: STOP }", `${github}; variables: read, which no workflow's own token can have`],
  ["gitea", "", "read:repository"],
] as const)("the forge's token on %s with %j needs %j", async (kind, more, needs) => {
  const text = `forge: { kind: ${kind}, url: "https://git.example.com", repository: a/b, token: { env: T } }
gate: { checks: [CI] }
promote: { tags: [latest] }
release: { candidate: "s-{sha7}", images: [ghcr.io/a/b] }
fleet: { controlPlanes: [{ name: a, url: "https://cp.example.com", token: { env: CP } }], buildinfo: "https://{slug}.example.com/b" }
${more}
`;
  const { config } = await loadConfig({ cwd: folder.path, env: {}, file: folder.write("lateen.yaml", text) });
  expect(secretDestinations(config).map((row) => [row.key, scopesOf(config, row)])).toEqual([
    ["forge.token", needs],
    ["promote.ledger", kind === "github" ? "contents: write" : write],
    ["release.images", "pull and push"],
    ["fleet.controlPlanes[0].token", "to list and to redeploy tenants"],
  ]);
});
