import { createServer as createHttpServer, request } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { once } from "node:events";
import { connect, type AddressInfo, type Server, type Socket } from "node:net";
import { parseImageRef, secret } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRegistries } from "../index.ts";
import { type FakeRegistry, seedImage, startRegistry } from "../testing/index.ts";
import { makeCertificate } from "../testing/certificate.ts";
import type { RegistryEntry } from "../model/entry.ts";

const clock = createScaledClock({ factor: 5 });
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

/** Reads `latest`, with the cause in plain text: a refused certificate and a slow machine must not look alike. */
async function look(host: string, entry: RegistryEntry): Promise<string> {
  const reading = await openRegistries({ clock, registries: { [host]: entry } }).resolve(latest(host));
  return reading.kind === "unknown" ? `unknown: ${reading.cause.message} ${reading.cause.why ?? ""}` : reading.kind;
}

test("a certificate of one's own is trusted by its entry, and by nothing else", async () => {
  const { cert, key } = makeCertificate("registry", new Date());
  const host = await behindTls({ cert, key });
  expect(await look(host, { ca: cert })).toBe("found");
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
  expect(await look(host, entry)).toBe("found");
  expect(await look(host, { ca: cert })).toMatch(/^unknown: /);
});

/** A proxy that leads every name to this machine, and the targets that it was asked for. */
async function startProxy(): Promise<{ url: string; targets: string[] }> {
  const targets: string[] = [];
  const proxy = createHttpServer().on("connect", (incoming, socket: Socket) => {
    targets.push(incoming.url ?? "");
    const onward = connect(Number((incoming.url ?? "").split(":")[1]), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on("error", () => void (onward.destroy(), socket.destroy()));
  });
  return { url: `http://127.0.0.1:${await listen(proxy)}`, targets };
}

test("a registry is reached through the proxy of the environment, save one on this machine or named in NO_PROXY", async () => {
  const { cert, key } = makeCertificate("registry", new Date());
  const here = await behindTls({ cert, key });
  const there = here.replace("127.0.0.1", "registry.invalid");
  const { url, targets } = await startProxy();
  const entry = { ca: cert };
  const lookThrough = async (host: string, NO_PROXY?: string): Promise<string> => {
    const env = { HTTPS_PROXY: url, HTTP_PROXY: url, ...(NO_PROXY === undefined ? {} : { NO_PROXY }) };
    const registries = openRegistries({ clock, env, registries: { [host]: entry } });
    return (await registries.resolve(latest(host))).kind;
  };
  expect(await lookThrough(here)).toBe("found");
  expect(targets).toEqual([]);
  // The certificate is not for that name, so nothing is read; what counts is the way that was taken.
  expect(await lookThrough(there)).toBe("unknown");
  expect(targets).toEqual([there]);
  expect(await lookThrough(there, "registry.invalid")).toBe("unknown");
  expect(targets).toEqual([there]);
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

test("a registry may use a port that browsers do not", async () => {
  const reading = await openRegistries({ clock }).resolve(latest("127.0.0.1:6666"));
  expect(reading).toMatchObject({
    kind: "unknown",
    cause: { message: expect.stringContaining("refuses connections on this port") },
  });
});
