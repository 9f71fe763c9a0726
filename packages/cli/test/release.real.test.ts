import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packAlias } from "../../../tools/alias-package.ts";
import { stagePackages } from "../../../tools/stage-packages.ts";

// The last step of the workflow of a release, by the real npm, which is not to be tried out on the day of a release: a registry on loopback
// that knows GitHub's identity and takes what is staged.

const folder = mkdtempSync(join(tmpdir(), "lateen-stage-"));
const requests: { readonly line: string; readonly authorization: string | undefined; readonly body: string }[] = [];
/** What is staged, by address, with the SHA-1 of its tarball. */
const staged = new Map<string, object>();
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { method = "", url = "", headers } = request;
    requests.push({
      line: `${method} ${url}`,
      authorization: headers.authorization,
      body: String(Buffer.concat(chunks)),
    });
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const claims = Buffer.from(JSON.stringify({ repository_visibility: "private" })).toString("base64url");
    if (url.startsWith("/identity")) return answer(200, { value: `e30.${claims}.e30` });
    if (url.includes("/oidc/token/exchange/")) return answer(201, { token: "short-lived" });
    if (url.startsWith("/-/stage?")) return answer(200, { items: [...staged.values()], total: staged.size });
    if (method !== "POST") return answer(404, {});
    if (staged.has(url)) return answer(409, { error: "this version is staged already" });
    const { name, versions } = JSON.parse(String(Buffer.concat(chunks))) as Published;
    const [[version, { dist }] = ["", { dist: { shasum: "" } }]] = Object.entries(versions);
    staged.set(url, { packageName: name, version, shasum: dist.shasum });
    return answer(201, { stageId: "00000000-0000-4000-8000-000000000000" });
  });
});

/** The body of a publication. */
interface Published {
  readonly name: string;
  readonly versions: Readonly<Record<string, { readonly dist: { readonly shasum: string } }>>;
}

let npm: readonly string[];
beforeAll(async () => {
  const tools = join(folder, "tools");
  mkdirSync(tools);
  writeFileSync(join(tools, "package.json"), '{ "private": true }');
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const argv = ["install", "--silent", "--prefer-offline", "npm@^11.15.0"];
  execFileSync("npm", argv, { cwd: tools, env: Object.fromEntries(own), stdio: "inherit" });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const job = {
    HOME: folder,
    npm_config_registry: `${url}/`,
    GITHUB_ACTIONS: "true",
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/identity?of=job`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of-the-job",
  };
  const variables = Object.entries(job).map(([name, value]) => `${name}=${value}`);
  npm = ["env", ...variables, process.execPath, join(tools, "node_modules/npm/bin/npm-cli.js")];
}, 180_000);
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test(
  "a tarball is staged under the identity of the workflow; again it is passed over, with other content refused",
  { timeout: 120_000 },
  async () => {
    const tarball = packAlias(join(folder, "packed"));
    expect(await stagePackages([tarball], npm)).toEqual([]);
    const of = (part: string) => requests.find(({ line }) => line.includes(part));
    expect(of("/identity")?.authorization).toBe("Bearer of-the-job");
    expect(of("/oidc/token/exchange/package/lateen")).toBeDefined();
    const sent = of("POST /-/stage/package/lateen");
    expect(sent?.authorization).toBe("Bearer short-lived");
    expect(JSON.parse(sent?.body ?? "{}")).toMatchObject({ name: "lateen", access: "public" });

    expect(await stagePackages([tarball], npm), "the same again").toEqual([]);
    const other = packAlias(join(folder, "other"));
    writeFileSync(other, gzipSync(gunzipSync(readFileSync(other)), { level: 1 }));
    expect(await stagePackages([other], npm)).toEqual([expect.stringContaining("with other content")]);
    staged.set([...staged.keys()][0] ?? "", {});
    expect(await stagePackages([tarball], npm), "what is there is not known").toEqual([expect.stringContaining("409")]);
  },
);
