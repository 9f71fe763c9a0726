import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, expect, test } from "vitest";
import { createDockerCredentials } from "./docker-credentials.ts";

const folders: string[] = [];
afterEach(
  async () => void (await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))),
);

const auth = (text: string): string => Buffer.from(text).toString("base64");

/** A home with a docker configuration and helpers that are shell scripts. */
async function home(
  files: Readonly<Record<string, object | string>>,
  helpers: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-home-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  for (const [name, script] of Object.entries(helpers)) {
    const file = join(folder, `docker-credential-${name}`);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }
  return { HOME: folder, PATH: `${folder}:/usr/bin:/bin` };
}

async function find(env: Record<string, string>, host = "ghcr.io", clock = systemClock): Promise<unknown> {
  const known = await createDockerCredentials(env, clock)(host);
  if (known === undefined) return undefined;
  return known.kind === "password"
    ? `${known.username}:${known.password.reveal()}`
    : `${known.kind}:${known.token.reveal()}`;
}

test("the files are read in docker's order: DOCKER_CONFIG or the home, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR", async () => {
  const kept = (user: string, host = "ghcr.io") => ({ auths: { [host]: { auth: auth(`${user}:p`) } } });
  const env = await home({
    ".docker/config.json": kept("home"),
    "docker/config.json": kept("docker", "docker.example.com"),
    "auth.json": kept("file"),
    "run/containers/auth.json": kept("run", "run.example.com"),
  });
  const { HOME = "" } = env;
  const all = { ...env, REGISTRY_AUTH_FILE: join(HOME, "auth.json"), XDG_RUNTIME_DIR: join(HOME, "run") };
  expect(await find(all)).toBe("home:p");
  expect(await find({ ...all, DOCKER_CONFIG: join(HOME, "docker") })).toBe("file:p");
  expect(await find({ ...all, DOCKER_CONFIG: join(HOME, "docker") }, "docker.example.com")).toBe("docker:p");
  expect(await find(all, "run.example.com")).toBe("run:p");
  expect(await find({})).toBeUndefined();
  expect(await find({ HOME: join(HOME, "nowhere") })).toBeUndefined();
});

test("the content of DOCKER_AUTH_CONFIG counts first, and podman's file in the home last", async () => {
  const kept = (user: string, host = "ghcr.io") => JSON.stringify({ auths: { [host]: { auth: auth(`${user}:p`) } } });
  const env = await home({
    ".docker/config.json": kept("home"),
    ".config/containers/auth.json": kept("podman", "podman.example.com"),
    "config/containers/auth.json": kept("xdg", "podman.example.com"),
  });
  expect(await find({ ...env, DOCKER_AUTH_CONFIG: kept("variable") })).toBe("variable:p");
  expect(await find({ ...env, DOCKER_AUTH_CONFIG: kept("variable", "quay.io") })).toBe("home:p");
  expect(await find(env, "podman.example.com")).toBe("podman:p");
  expect(await find({ ...env, XDG_CONFIG_HOME: `${env["HOME"]}/config` }, "podman.example.com")).toBe("xdg:p");
});

test("a helper gets the server on its input and answers with user and password, or with an identity token", async () => {
  const helpers = {
    ok: `read server; echo '{"ServerURL":"'$server'","Username":"'$server'","Secret":"p:1"}'`,
    token: `echo '{"ServerURL":"x","Username":"<token>","Secret":"refresh"}'`,
    none: "echo 'credentials not found in native keychain'; exit 1",
  };
  const config = (helper: string) => ({
    credHelpers: { "ghcr.io": helper },
    auths: { "ghcr.io": { auth: auth("u:p") } },
  });
  expect(await find(await home({ ".docker/config.json": config("ok") }, helpers))).toBe("ghcr.io:p:1");
  expect(await find(await home({ ".docker/config.json": config("token") }, helpers))).toBe("identity:refresh");
  expect(await find(await home({ ".docker/config.json": config("none") }, helpers))).toBe("u:p");
});

test.each([
  ["that fails", "echo 'my s3cret'; exit 3", "it ended with 3"],
  ["that talks nonsense", "echo 'my s3cret'", "something else than credentials"],
  ["that is not there", undefined, "could not be run"],
  ["that never ends", "echo 'my s3cret'; exec sleep 60", "took too long"],
  ["whose child never ends", "echo 'my s3cret'; sleep 60; true", "took too long"],
  ["that floods", "exec yes s3cret", "could not be run"],
  ["whose child floods", "yes s3cret; true", "could not be run"],
])("a helper %s is an error that repeats nothing of its output", async (_name, script, why) => {
  const env = await home({ ".docker/config.json": { credsStore: "bad" } }, script === undefined ? {} : { bad: script });
  const error: unknown = await find(env, "ghcr.io", createScaledClock({ factor: 100 })).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({
    code: "REGISTRY_CREDENTIALS_UNREADABLE",
    category: "auth",
    message: expect.stringContaining(why),
  });
  expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain("s3cret");
});

test("a helper that leaves a process behind is not waited for, also if it holds the output open", async () => {
  const answer = `echo '{"Username":"u","Secret":"p"}'`;
  const helpers = { left: `sleep 60 & ${answer}`, gone: `setsid sleep 30 & ${answer}` };
  const begun = performance.now();
  for (const credsStore of Object.keys(helpers))
    expect(await find(await home({ ".docker/config.json": { credsStore } }, helpers))).toBe("u:p");
  expect(performance.now() - begun).toBeLessThan(20_000);
});

test("the name of a helper is the name of a program, not a path", async () => {
  const env = await home({ ".docker/config.json": { credsStore: "../../evil" } });
  await expect(find(env)).rejects.toMatchObject({ code: "REGISTRY_CREDENTIALS_UNREADABLE" });
});

test("a broken or unreadable file is an error, not anonymity", async () => {
  await expect(find(await home({ ".docker/config.json": '{"auths":' }))).rejects.toMatchObject({
    code: "REGISTRY_CREDENTIALS_UNREADABLE",
  });
  await expect(find(await home({ ".docker/config.json/x": "" }))).rejects.toMatchObject({
    code: "REGISTRY_CREDENTIALS_UNREADABLE",
  });
});
