import { createServer as createHttpServer, request } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { once } from "node:events";
import { connect, type AddressInfo, type Server, type Socket } from "node:net";
import { parseImageRef, secret } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRegistries } from "../index.ts";
import { type FakeRegistry, makeCertificate, seedImage, startRegistry } from "../testing/index.ts";

const clock = createScaledClock({ factor: 20 });
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

let registry: FakeRegistry;
beforeEach(async () => {
  registry = await startRegistry();
  closing.push(registry.close);
  await seedImage(registry, { repository: "acme/platform", tags: ["latest"], revision: "a".repeat(40) });
});

async function listen(server: Server & { closeAllConnections?: () => void }): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => void sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return (server.address() as AddressInfo).port;
}

/** The fake registry behind TLS. */
async function behindTls(options: ServerOptions): Promise<string> {
  const { port } = new URL(registry.url);
  const server = createTlsServer(options, (incoming, outgoing) => {
    const onward = request(
      { port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  return `127.0.0.1:${await listen(server)}`;
}

const latest = (host: string) => parseImageRef(`${host}/acme/platform:latest`);

test("a certificate of one's own is trusted by its entry, and by nothing else", async () => {
  const { cert, key } = makeCertificate("registry", new Date());
  const host = await behindTls({ cert, key });
  expect(await openRegistries({ clock, registries: { [host]: { ca: cert } } }).resolve(latest(host))).toMatchObject({
    kind: "found",
  });
  const other = makeCertificate("other", new Date());
  expect(
    await openRegistries({ clock, registries: { [host]: { ca: other.cert } } }).resolve(latest(host)),
  ).toMatchObject({
    kind: "unknown",
    cause: { retryable: false, fix: expect.stringContaining("certificate") },
  });
});

test("a client certificate opens a registry that asks for one", async () => {
  const { cert, key } = makeCertificate("registry", new Date());
  const client = makeCertificate("client", new Date());
  const host = await behindTls({ cert, key, ca: client.cert, requestCert: true, rejectUnauthorized: true });
  const entry = { ca: cert, cert: client.cert, key: client.key };
  expect(await openRegistries({ clock, registries: { [host]: entry } }).resolve(latest(host))).toMatchObject({
    kind: "found",
  });
  expect(await openRegistries({ clock, registries: { [host]: { ca: cert } } }).resolve(latest(host))).toMatchObject({
    kind: "unknown",
  });
});

test("an https registry is reached through the proxy of the environment, unless NO_PROXY names it", async () => {
  const { cert, key } = makeCertificate("registry", new Date());
  const host = await behindTls({ cert, key });
  const tunnels: string[] = [];
  const proxy = createHttpServer().on("connect", (incoming, socket: Socket) => {
    tunnels.push(incoming.url ?? "");
    const [name = "", port = ""] = (incoming.url ?? "").split(":");
    const onward = connect(Number(port), name, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on("error", () => void (onward.destroy(), socket.destroy()));
  });
  const HTTPS_PROXY = `http://127.0.0.1:${await listen(proxy)}`;
  const registries = { [host]: { ca: cert } };
  expect(await openRegistries({ clock, registries, env: { HTTPS_PROXY } }).resolve(latest(host))).toMatchObject({
    kind: "found",
  });
  expect(tunnels).toEqual([host]);
  expect(
    await openRegistries({ clock, registries, env: { HTTPS_PROXY, NO_PROXY: "127.0.0.1" } }).resolve(latest(host)),
  ).toMatchObject({ kind: "found" });
  expect(tunnels).toEqual([host]);
});

test("plain http is for loopback, and elsewhere only where the entry says so", async () => {
  const remote = parseImageRef("registry.example.com:5000/acme/platform:latest");
  const sent: string[] = [];
  const send = (url: string) => {
    sent.push(url);
    return Promise.reject(new Error("no network in tests"));
  };
  const entries = [{ insecure: true }, {}, { endpoint: "http://other.example.com" }];
  const outcomes = await Promise.all(
    entries.map((entry) =>
      openRegistries({
        send,
        registries: { "registry.example.com:5000": entry },
        clock: { now: () => 0, sleep: () => Promise.resolve() },
      })
        .resolve(remote)
        .catch((error: unknown) => error),
    ),
  );
  expect(new Set(sent.map((url) => new URL(url).origin))).toEqual(
    new Set(["http://registry.example.com:5000", "https://registry.example.com:5000"]),
  );
  expect(outcomes[2]).toMatchObject({ code: "REGISTRY_INSECURE", category: "input" });
});

test("an entry with a password and no user is named as wrong", async () => {
  const registries = openRegistries({ clock, registries: { "ghcr.io": { password: secret("x") } } });
  await expect(registries.resolve(latest("ghcr.io"))).rejects.toMatchObject({
    code: "REGISTRY_ENTRY_INVALID",
    category: "input",
  });
});
