import { afterAll, expect, test } from "vitest";
import { createFolder } from "../../../test/folder.ts";
import { loadConfig } from "../../config/load.ts";
import { secretDestinations } from "../../config/secret-destinations.ts";
import { describePermissions, permissionRows } from "./permissions.table.ts";
import { scopesOf } from "./scopes.ts";

const folder = createFolder();
afterAll(() => folder.remove());

const github = "contents: read, checks: read, statuses: read, actions: read";
const write = "write:repository; its user may write code";
const owner = "its user owns the organisation or the repository (an administrator is not enough)";

test.each([
  ["github", "", `${github}`],
  [
    "github",
    "killSwitch: { variable: STOP }",
    `${github}, variables: read; no workflow's own token can have variables: read`,
  ],
  ["gitea", "", "read:repository"],
  [
    "gitea",
    "killSwitch: { variable: STOP }",
    `read:repository, read:organization or read:user, whichever the owner is; ${owner}`,
  ],
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

test.each(["github", "gitea"] as const)(
  "on %s all needs together name each scope once, and none that another includes",
  (kind) => {
    const [scopes = "", ...conditions] = describePermissions(permissionRows.map((row) => row[kind])).split("; ");
    const names = scopes.split(", ");
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(conditions).size).toBe(conditions.length);
    const written = names.flatMap((name) => (/write/.test(name) ? [name.replace("write", "read")] : []));
    expect(names.filter((name) => written.includes(name))).toEqual([]);
  },
);
