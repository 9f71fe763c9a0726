import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock } from "@lateen/kernel/testing";
import { secret } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConnection } from "./connection.ts";
import { type KubeconfigSource, openKubeconfig } from "./kubeconfig.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "lateen-connection-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const pem = (text: string) => Buffer.from(`-----BEGIN ${text}-----\n`).toString("base64");

function config(user: object, more: object = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "eu",
    clusters: [
      { name: "eu", cluster: { server: "https://eu.example.com:6443/base", "certificate-authority-data": pem("CA") } },
      {
        name: "us",
        cluster: { server: "https://us.example.com", "insecure-skip-tls-verify": true, "tls-server-name": "api" },
      },
    ],
    contexts: [
      { name: "eu", context: { cluster: "eu", user: "me", namespace: "acme" } },
      { name: "us", context: { cluster: "us", user: "me" } },
    ],
    users: [{ name: "me", user }],
    ...more,
  });
}

function connect(source: KubeconfigSource, context?: string, env: Record<string, string> = {}) {
  const clock = createFakeClock();
  return { clock, connection: createConnection({ source, context, env, cwd: folder, clock }) };
}

const document = (user: object) => ({ document: secret(config(user)) });

describe("a kubeconfig", () => {
  test("gives address, authority and client certificate of its current context", async () => {
    const user = { "client-certificate-data": pem("CERTIFICATE"), "client-key-data": pem("KEY") };
    const opened = await openKubeconfig(document(user), undefined);
    expect(opened.cluster).toMatchObject({
      server: "https://eu.example.com:6443/base",
      namespace: "acme",
      skipVerification: false,
    });
    expect(await opened.credentials()).toEqual({
      ca: "-----BEGIN CA-----\n",
      cert: "-----BEGIN CERTIFICATE-----\n",
      key: "-----BEGIN KEY-----\n",
      headers: {},
    });
  });

  test("and of another one that is named", async () => {
    const opened = await openKubeconfig(document({ token: "t" }), "us");
    expect(opened.cluster).toMatchObject({
      server: "https://us.example.com",
      serverName: "api",
      skipVerification: true,
    });
    expect((await opened.credentials()).headers).toEqual({ Authorization: "Bearer t" });
  });

  test("several files are one, and relative paths are those of their file", async () => {
    await writeFile(join(folder, "ca.pem"), "AUTHORITY");
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    await writeFile(one, config({ username: "me", password: "secret" }));
    const cluster = { server: "https://two.example.com", "certificate-authority": "ca.pem" };
    const more = {
      clusters: [{ name: "two", cluster }],
      contexts: [{ name: "two", context: { cluster: "two", user: "two" } }],
      users: [{ name: "two", user: { token: "two" } }],
      "current-context": "two",
    };
    await writeFile(two, config({}, more));
    const opened = await openKubeconfig({ file: `${one}:${two}` }, "two");
    expect(await opened.credentials()).toMatchObject({ ca: "AUTHORITY", headers: { Authorization: "Bearer two" } });
    const first = await (await openKubeconfig({ file: `${one}:${two}` }, undefined)).credentials();
    expect(first.headers).toEqual({ Authorization: `Basic ${Buffer.from("me:secret").toString("base64")}` });
  });

  test.each<readonly [string, KubeconfigSource, string | undefined]>([
    ["a file that is not there", { file: "/nowhere/config" }, undefined],
    ["no YAML", { document: secret("{{{ password: hunter2") }, undefined],
    ["an empty document", { document: secret("{}") }, undefined],
    ["a context that it does not have", document({ token: "t" }), "mars"],
    [
      "an authority that is not there",
      {
        document: secret(
          config(
            {},
            { clusters: [{ name: "eu", cluster: { server: "https://a", "certificate-authority": "/nowhere/ca" } }] },
          ),
        ),
      },
      undefined,
    ],
  ])("%s is an error of the configuration, and shows no secret", async (_, source, context) => {
    const { connection } = connect(source, context);
    const error: unknown = await connection.access().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "KUBECONFIG_INVALID", category: "input" });
    expect(String(error)).not.toContain("hunter2");
  });

  test("a token never travels in plain text to another machine", async () => {
    const cluster = { clusters: [{ name: "eu", cluster: { server: "http://eu.example.com" } }] };
    const { connection } = connect({ document: secret(config({ token: "t" }, cluster)) });
    await expect(connection.access()).rejects.toMatchObject({ code: "FLEET_URL_INVALID" });
  });
});

describe("a pod's service account", () => {
  test("is read from its files, and the token again when a minute has passed", async () => {
    const account = join(folder, "account");
    await mkdir(account);
    await writeFile(join(account, "ca.crt"), "AUTHORITY");
    await writeFile(join(account, "token"), "first");
    const { clock, connection } = connect({ serviceAccount: { host: "fd00::1", port: "443", folder: account } });
    expect(await connection.access()).toMatchObject({
      url: "https://[fd00::1]",
      headers: { Authorization: "Bearer first" },
    });
    await writeFile(join(account, "token"), "second");
    expect((await connection.access()).headers).toEqual({ Authorization: "Bearer first" });
    await clock.advance(61_000);
    expect((await connection.access()).headers).toEqual({ Authorization: "Bearer second" });
  });
});

describe("a credential plugin", () => {
  const plugin = async (name: string, script: string) => {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\n${script}`);
    await chmod(file, 0o755);
    return document({
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: `./${name}`,
        args: ["a b"],
        env: [{ name: "REGION", value: "eu" }],
      },
    });
  };
  const credential = (status: object) => JSON.stringify({ kind: "ExecCredential", status });
  const env = { PATH: process.env["PATH"] ?? "" };

  test("gets what client-go gives it, and its token is used until it expires", async () => {
    const status = credential({ token: "$1-$REGION", expirationTimestamp: "2100-01-01T00:00:00Z" }).replaceAll(
      '"',
      '\\"',
    );
    const source = await plugin("token", `echo "$KUBERNETES_EXEC_INFO" > info; echo x >> runs; echo "${status}"`);
    const { clock, connection } = connect(source, undefined, env);
    expect((await connection.access()).headers).toEqual({ Authorization: "Bearer a b-eu" });
    await clock.advance(3_600_000);
    await connection.access();
    expect(await readFile(join(folder, "runs"), "utf8")).toBe("x\n");
    expect(JSON.parse(await readFile(join(folder, "info"), "utf8"))).toMatchObject({
      kind: "ExecCredential",
      apiVersion: "client.authentication.k8s.io/v1",
      spec: { interactive: false },
    });
    await connection.renew(await connection.access());
    await connection.access();
    expect(await readFile(join(folder, "runs"), "utf8")).toBe("x\nx\n");
  });

  test("may hand a client certificate out", async () => {
    const status = { clientCertificateData: "CERT", clientKeyData: "KEY" };
    const { connection } = connect(await plugin("cert", `echo '${credential(status)}'`), undefined, env);
    expect((await connection.access()).headers).toEqual({});
  });

  test.each([
    ["fails", "echo token-hunter2 >&2; exit 1", /ended with 1/],
    ["prints something else", "echo hunter2", /no ExecCredential/],
    ["hands nothing out", `echo '${credential({})}'`, /no credential/],
    ["waits for a person", "sleep 600", /not done after 60 s/],
  ])("that %s is an error of the login, without what it printed", async (name, script, message) => {
    const { connection, clock } = connect(await plugin(name.replaceAll(" ", "-"), script), undefined, env);
    const access = connection.access().catch((thrown: unknown) => thrown);
    const over = setInterval(() => void clock.advance(10_000), 20);
    const error = await access;
    clearInterval(over);
    expect(error).toMatchObject({
      code: "KUBERNETES_PLUGIN",
      category: "auth",
      message: expect.stringMatching(message),
    });
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });

  test("that is missing is named", async () => {
    const { connection } = connect(document({ exec: { command: "./nothing" } }), undefined, env);
    await expect(connection.access()).rejects.toMatchObject({
      message: expect.stringContaining("./nothing was not found"),
    });
  });
});
