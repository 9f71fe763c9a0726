import { rename } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type GitFault, type GitHttpServer, startGitHttpServer } from "./git-http-server.ts";
import { createGitRepository, type GitRepository } from "./git-repository.ts";

let repository: GitRepository;
let server: GitHttpServer;
let fault: GitFault | undefined;

beforeEach(async () => {
  fault = undefined;
  repository = await createGitRepository();
  server = await startGitHttpServer({
    root: repository.root,
    credentials: { password: "right" },
    fault: () => fault,
  });
});
afterEach(async () => {
  await server.close();
  await repository.close();
});

async function greeting({ password = "right", protocol = "version=2", service = "git-upload-pack" } = {}) {
  const headers = {
    authorization: `Basic ${Buffer.from(`ada:${password}`).toString("base64")}`,
    "git-protocol": protocol,
  };
  const response = await fetch(`${server.url}/core.git/info/refs?service=${service}`, { headers });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

test("what git can do is asked of it once, and again when the repository is configured otherwise", async () => {
  const first = await greeting();
  expect(first).toMatchObject({ status: 200, type: "application/x-git-upload-pack-advertisement" });
  expect(first.text).toContain("version 2");
  expect(first.text).not.toContain("filter");
  // Without HEAD git takes the folder for no repository, so that an answer cannot be git's.
  const head = join(repository.path, "HEAD");
  await rename(head, `${head}.away`);
  expect(await greeting()).toEqual(first);
  await rename(`${head}.away`, head);
  await repository.git("config", "uploadpack.allowFilter", "true");
  expect((await greeting()).text).toContain("filter");
});

test("an answer that is known is given to those only who may read, and after a fault that is wanted", async () => {
  await greeting();
  expect((await greeting({ password: "wrong" })).status).toBe(401);
  fault = { status: 503 };
  expect((await greeting()).status).toBe(503);
  fault = "reset-after";
  await expect(greeting()).rejects.toThrow("fetch failed");
});

test("what names refs is git's each time", async () => {
  const ask = { protocol: "", service: "git-receive-pack" };
  const before = await greeting(ask);
  const id = await repository.commit({ message: "one" });
  expect(before.text).not.toContain(id);
  expect((await greeting(ask)).text).toContain(id);
  expect((await greeting({ protocol: "" })).text).toContain(id);
});
