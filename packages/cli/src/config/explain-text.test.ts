import { isReleaseError } from "@lateen/kernel";
import { afterAll, expect, test } from "vitest";
import { createFolder } from "../../test/folder.ts";
import { loadConfig } from "./load.ts";

const folder = createFolder();
afterAll(() => folder.remove());

async function problemsOf(text: string): Promise<string> {
  folder.write("lateen.yaml", text);
  const error: unknown = await loadConfig({ cwd: folder.path, env: {} }).catch((thrown: unknown) => thrown);
  if (!isReleaseError(error)) throw new Error("no problem was found", { cause: error });
  return `${error.message}\n${error.why ?? ""}`;
}
const fleet = (lines: string) =>
  `fleet:\n  controlPlanes: [{ name: p, url: https://c.example.com, token: { env: T } }]\n${lines}`;

test.each([
  {
    of: "an unquoted address",
    text: fleet("  buildinfo: {slug}.example.com\n"),
    says: /:3:\d+: .*in quotes.*"\{slug\}\.example\.com"/,
  },
  { of: "an unquoted template", text: "release:\n  candidate: {sha7}-prod\n", says: /:2:\d+: .*in quotes/ },
  {
    of: "the dollar sign of a shell",
    text: fleet("  buildinfo: https://${slug}.example.com/buildinfo\n"),
    says: /:3:\d+: fleet\.buildinfo: .*without the dollar sign: \{slug\}/,
  },
  {
    of: "the dollar sign of a shell in the address of a check",
    text: fleet(
      "  buildinfo: https://{slug}.example.com/b\n  checks: [{ name: c, at: wave, http: { url: 'https://${slug}.example.com/healthz' } }]\n",
    ),
    says: /:4:\d+: fleet\.checks\[0\]\.http\.url: .*without the dollar sign/,
  },
  {
    of: "the dollar sign of a shell in an argument of a check",
    text: fleet(
      "  buildinfo: https://{slug}.example.com/b\n  checks: [{ name: c, at: wave, exec: ['./smoke.sh', '--tenant=${slug}'] }]\n",
    ),
    says: /:4:\d+: fleet\.checks\[0\]\.exec: .*without the dollar sign: \{slug\}, not \$\{slug\}/,
  },
  {
    of: "the dollar sign of a shell in a query",
    text: fleet(
      "  buildinfo: https://{slug}.example.com/b\n  checks: [{ name: c, at: wave, prometheus: { url: https://p.example.com, query: 'up{t=\"${slug}\"}', above: 0 } }]\n",
    ),
    says: /:4:\d+: fleet\.checks\[0\]\.prometheus: .*without the dollar sign/,
  },
  {
    of: "the dollar sign of a shell in a template of tags",
    text: "release:\n  candidate: staging-${sha7}\n",
    says: /:2:\d+: release\.candidate: .*no dollar sign/,
  },
  { of: "a second document", text: "release: {}\n---\nrelease: {}\n", says: /a second document begins here/ },
  {
    of: "a tag of a vault",
    text: fleet("  canary: !vault secret\n"),
    says: /:3:\d+: .*!vault is a tag.*\{ env: NAME \}/,
  },
  { of: "an included file", text: "fleet: !include fleet.yaml\n", says: /:1:\d+: .*!include is a tag/ },
  {
    of: "a no-break space after a value",
    text: fleet("  soak: 60s\u00a0\n"),
    says: /:3:\d+: .*column 12 of the line is U\+00A0/,
  },
  { of: "a zero-width space in a slug", text: fleet("  canary: [canary\u200b-a]\n"), says: /:3:\d+: .*U\+200B/ },
  { of: "no-break spaces as indentation", text: fleet("\u00a0\u00a0batch: 3\n"), says: /U\+00A0/ },
])("$of is named in plain words", async ({ text, says }) => {
  const problems = await problemsOf(text);
  expect(problems).toMatch(says);
  expect(problems).not.toMatch(/parseAllDocuments|Unexpected scalar/);
});
