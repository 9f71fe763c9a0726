import { createServer as createPlain } from "node:http";
import { createServer as createTls } from "node:https";
import { createServer as createSilent, type AddressInfo, type Server } from "node:net";
import { once } from "node:events";
import { parseImageRef } from "@lateen/kernel";
import { afterEach, expect, test } from "vitest";
import { openRegistries } from "../open-registries.ts";
import { makeCertificate } from "../testing/certificate.ts";
import { findScheme } from "./find-scheme.ts";

const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) server.close();
});

async function listen(server: Server): Promise<string> {
  running.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const certificate = makeCertificate("registry", new Date());
const tls = () =>
  createTls({ key: certificate.key, cert: certificate.cert }, (_request, response) => void response.end());

test.each<[string, () => Server, string]>([
  ["a server with a certificate, trusted or not", tls, "https"],
  ["a plain one", () => createPlain(() => undefined), "http"],
  ["one that waits for more", () => createSilent(() => undefined), "http"],
  ["one that closes", () => createSilent((socket) => void socket.destroy()), "http"],
])("%s", async (_name, server, scheme) => {
  expect(await findScheme(new URL(`https://${await listen(server())}`))).toBe(scheme);
});

test("nothing that listens is plain http, and the request says what is wrong", async () => {
  const host = await listen(createSilent(() => undefined));
  await new Promise((resolve) => running.pop()?.close(resolve));
  expect(await findScheme(new URL(`https://${host}`))).toBe("http");
});

test("a loopback registry without an entry is asked over https if it speaks it, and its certificate counts", async () => {
  const host = await listen(tls());
  const reading = await openRegistries().resolve(parseImageRef(`${host}/acme/platform:one`));
  expect(reading).toMatchObject({
    kind: "unknown",
    cause: { code: "HTTP_UNREACHABLE", cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } },
  });
});

test("with an entry nothing is tried", async () => {
  const malformed: unknown[] = [];
  const server = createPlain((_request, response) => void response.writeHead(404).end());
  server.on("clientError", (error) => malformed.push(error));
  const host = await listen(server);
  await openRegistries({ registries: { [host]: {} } }).resolve(parseImageRef(`${host}/acme/platform:one`));
  expect(malformed).toEqual([]);
});
