import { createServer as createHttpServer } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import type { TLSSocket } from "node:tls";
import { join } from "node:path";
import { createProber } from "@lateen/fleet/http";
import { createSender, parseSlug } from "@lateen/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { makeCertificate } from "../../registry/src/testing/certificate.ts";
import { startLateen } from "./run-lateen.ts";

const sha = "0123456789abcdef0123456789abcdef01234567";
const tenant = { slug: parseSlug("t1"), plane: "prod" };
const certificate = makeCertificate("tenants", new Date());
const answer = JSON.stringify({ git_sha: sha });

const closing: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

interface Handled {
  readonly socket: Socket;
}
interface Answering {
  end(text: string): unknown;
}

/** Makes a server that answers every path with the commit. */
type Make = (handle: (request: Handled, response: Answering) => void) => Server;
const http: Make = (handle) => createHttpServer(handle);
const https: Make = (handle) => createHttpsServer(certificate, handle);
const http2Only: Make = (handle) => createSecureServer(certificate, handle as never) as never;
const both: Make = (handle) => createSecureServer({ ...certificate, allowHTTP1: true }, handle as never) as never;

/** Its port, and how many connections it has had. */
async function start(make: Make, host = "127.0.0.1"): Promise<{ port: number; connections: () => number }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = make((_, response) => void response.end(answer));
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

const trusting = () => createSender(() => import("undici"), { ca: certificate.cert });
const distrusting = () => createSender(() => import("undici"));

describe("a tenant behind TLS", () => {
  test.each([
    ["its own certificate, trusted", https, "127.0.0.1", trusting],
    ["IPv6", https, "[::1]", trusting],
    ["HTTP/2 and HTTP/1.1", both, "127.0.0.1", trusting],
    ["HTTP/2 only", http2Only, "127.0.0.1", trusting],
  ])("with %s is verified, each look on a connection of its own", async (_, make, host, sender) => {
    const { port, connections } = await start(make, host.replace(/[[\]]/g, ""));
    const prober = createProber({ url: `https://${host}:${port}/{slug}/buildinfo`, send: sender() });
    await prober.buildinfo(tenant);
    const before = connections();
    const looks = await Promise.all(Array.from({ length: 3 }, () => prober.buildinfo(tenant)));
    expect(looks).toEqual(looks.map(() => ({ kind: "found", value: sha })));
    expect(connections() - before).toBe(3);
  });

  test("resumes a session of TLS on each new connection, and proves its certificate where it is asked for one", async () => {
    const resumed: boolean[] = [];
    const asking: Make = (handle) =>
      createHttpsServer(
        { ...certificate, ca: certificate.cert, requestCert: true, rejectUnauthorized: true },
        (...both) => {
          resumed.push((both[0].socket as TLSSocket).isSessionReused());
          handle(both[0], both[1]);
        },
      );
    const { port, connections } = await start(asking);
    const { cert, key } = certificate;
    const url = `https://127.0.0.1:${port}/{slug}/buildinfo`;
    const prober = createProber({ url, send: createSender(() => import("undici"), { ca: cert, cert, key }) });
    for (let look = 0; look < 3; look++)
      expect(await prober.buildinfo(tenant), `look ${look}`).toEqual({ kind: "found", value: sha });
    expect({ resumed, connections: connections() }).toEqual({ resumed: [false, true, true], connections: 3 });
    expect(await createProber({ url, send: trusting() }).buildinfo(tenant)).toMatchObject({ kind: "unknown" });
  });

  test.each([
    ["the name that its certificate has", { ca: certificate.cert, serverName: "localhost" }, "found"],
    ["another name than its certificate has", { ca: certificate.cert, serverName: "t2.example.test" }, "unknown"],
    ["no check at all", { skipVerification: true }, "found"],
    ["an authority that is none", { ca: "no PEM" }, "unknown"],
  ])("connected to by its number, with %s, is asked for", async (_, options, kind) => {
    const { port } = await start(https, "0.0.0.0");
    const prober = createProber({
      url: `https://127.0.0.2:${port}/{slug}/buildinfo`,
      send: createSender(() => import("undici"), options),
    });
    for (const look of [1, 2]) expect((await prober.buildinfo(tenant)).kind, `look ${look}`).toBe(kind);
  });

  test.each([
    ["a certificate that no authority signed", https, "127.0.0.1", distrusting, /NODE_EXTRA_CA_CERTS/],
    ["a certificate for another name", https, "127.0.0.2", trusting, /for another name/],
    ["plain http on that port", http, "127.0.0.1", distrusting, /does not speak TLS/],
  ])("with %s is unknown, and what to do is said", async (_, make, host, sender, fix) => {
    const { port } = await start(make, "0.0.0.0");
    const prober = createProber({ url: `https://${host}:${port}/{slug}/buildinfo`, send: sender() });
    const reading = await prober.buildinfo(tenant);
    expect(reading).toMatchObject({
      kind: "unknown",
      cause: { code: "HTTP_UNREACHABLE", message: expect.stringMatching(fix) },
    });
  });

  test("is verified by the program where NODE_EXTRA_CA_CERTS adds its authority", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lateen-tls-"));
    closing.push(() => rm(folder, { recursive: true }));
    const { port } = await start(https);
    const plane = createHttpServer((_, response) => {
      response.end(JSON.stringify({ ok: true, results: [{ slug: "t1", phase: "DryRun" }] }));
    });
    await new Promise<void>((resolve) => plane.listen(0, "127.0.0.1", resolve));
    closing.push(async () => plane.close());
    const config = `
release: { candidate: "staging-{sha7}" }
fleet:
  controlPlanes: [{ name: prod, url: "http://127.0.0.1:${(plane.address() as AddressInfo).port}", token: { env: CP } }]
  buildinfo: https://localhost:${port}/{slug}/buildinfo
  verify: { interval: 50ms, timeout: 100ms }
`;
    await Promise.all([
      writeFile(join(folder, "lateen.yaml"), config),
      writeFile(join(folder, "ca.pem"), certificate.cert),
    ]);
    const verify = async (env: Record<string, string>) => {
      const ran = await startLateen(["verify", "--sha", sha, "--json"], { cwd: folder, env: { CP: "token", ...env } })
        .ended;
      return { code: ran.code, outcome: ran.json().outcome };
    };
    expect(await verify({ NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") })).toEqual({ code: 0, outcome: "ok" });
  });
});
