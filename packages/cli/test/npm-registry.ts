import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Packed } from "../../../tools/pack-packages.ts";

/** Serves packed packages as a registry of npm packages does; `close` ends it. */
export async function startNpmRegistry(
  packages: readonly Packed[],
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const found = packages.find(({ name }) => path === `/${name}` || path.startsWith(`/${name}/-/`));
    if (found === undefined) return void response.writeHead(404).end("{}");
    const bytes = readFileSync(found.tarball);
    if (path.includes("/-/")) return void response.end(bytes);
    const { name, version, tarball } = found;
    const manifest = JSON.parse(
      execFileSync("tar", ["-xzOf", tarball, "package/package.json"], { encoding: "utf8" }),
    ) as object;
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    const dist = { tarball: `${url}/${name}/-/${version}.tgz`, integrity };
    const time = { [version]: "2020-01-01T00:00:00.000Z", modified: "2020-01-01T00:00:00.000Z" };
    const versions = { [version]: { ...manifest, dist } };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, "dist-tags": { latest: version }, versions, time }));
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => new Promise((done) => void server.close(() => done())) };
}
