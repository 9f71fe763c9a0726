import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { commit, createClient, hasEnded, startFleet, type TestFleet, tokens } from "../../test/world.ts";
import { useDatabase } from "../../test/use-database.ts";
import { createService, type Service } from "../service.ts";
import { openDatabase } from "../store/database.ts";
import { decideDelivery } from "./decide-delivery.ts";
import { messageBody } from "./message-body.ts";
import { signatureHeaders } from "./sign.ts";
import { isSendable, lookupFor, vetAddress } from "./vet-address.ts";

const server = useDatabase();

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let receiver: Server;
let received: Received[];
let answers: number[];
let isHanging: boolean;
let address: string;
let fleet: TestFleet;
let services: Service[];
let runs = 0;
beforeEach(async () => {
  received = [];
  answers = [];
  isHanging = false;
  services = [];
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (isHanging || request.url === "/silent") return;
      response.writeHead(answers.shift() ?? 200, { location: "/elsewhere" }).end("thanks");
    });
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const service of services) await service.close();
  receiver.close();
  receiver.closeAllConnections();
  await fleet.close();
});

const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZg==";

async function serve(hooks: string, count = 1) {
  const name = `hooked-${++runs}`;
  fleet = await startFleet(
    2,
    20,
    "100ms",
    (yaml) => `${yaml}service:\n  webhooks:\n${hooks.replaceAll("URL", address)}`,
  );
  const env = { ...fleet.env, HOOK: secret, ADDRESS: `${address}/from-a-variable` };
  for (let at = 0; at < count; at++)
    services.push(
      await createService({ database: server.url, fleets: { [name]: { settings: fleet.settings } }, tokens, env }),
    );
  const client = createClient((path, init) => services[0]!.fetch(new Request(`http://service${path}`, init)));
  const run = async (digit: string) => client.wait(await client.order(commit(digit), name), hasEnded);
  return { name, client, run };
}
const settle = (count: number) => vi.waitUntil(() => received.length >= count, { timeout: 20_000, interval: 50 });
/** Makes every later delivery due now. */
async function hurry(): Promise<void> {
  const database = openDatabase(server.url);
  await database.query(`update lateen_outbox set next_at = clock_timestamp() where ended_at is null`);
  await database.close();
}

test("the end of a rollout is delivered once, signed, of several services, and reads well in Slack", async () => {
  const { run, name } = await serve(
    `    - { name: slack, url: "URL/slack", secret: { env: HOOK } }\n    - { name: other, url: { env: ADDRESS } }\n`,
    3,
  );
  const { id } = await run("b");
  await settle(2);
  await new Promise((done) => setTimeout(done, 1_500));
  expect(received.map(({ path }) => path).toSorted()).toEqual(["/from-a-variable", "/slack"]);
  const slack = received.find(({ path }) => path === "/slack")!;
  const { "webhook-id": message, "webhook-timestamp": at, "webhook-signature": signature } = slack.headers;
  const key = Buffer.from(secret.slice(6), "base64");
  const wanted = createHmac("sha256", key)
    .update(`${String(message)}.${String(at)}.${slack.body}`)
    .digest("base64");
  expect(signature).toBe(`v1,${wanted}`);
  expect(Math.abs(Number(at) * 1_000 - Date.now())).toBeLessThan(60_000);
  expect(JSON.parse(slack.body)).toMatchObject({
    text: expect.stringMatching(
      new RegExp(`^${name}: release of bbbbbbbbbbbb ended shipped: .* \\(ordered by ada\\)$`),
    ) as string,
    type: "rollout.ended",
    data: { rollout: id, fleet: name, commit: commit("b"), outcome: "shipped", actor: "ada" },
  });
  expect(received.find(({ path }) => path === "/from-a-variable")!.headers).not.toHaveProperty("webhook-signature");
});

test("a receiver that fails is asked again with the same id, and redirects are not followed", async () => {
  const { run } = await serve(`    - { name: slack, url: "URL/slack", secret: { env: HOOK } }\n`);
  answers = [500, 302, 200];
  await run("b");
  for (const count of [1, 2, 3]) {
    await settle(count);
    await new Promise((done) => setTimeout(done, 300));
    await hurry();
  }
  await new Promise((done) => setTimeout(done, 1_500));
  expect(received.map(({ path }) => path)).toEqual(["/slack", "/slack", "/slack"]);
  expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
});

test("a service that is killed in mid-delivery loses nothing: the next one delivers the same message", async () => {
  const { name, client } = await serve(`    - { name: slack, url: "URL/hangs" }\n`);
  const program = fileURLToPath(new URL("../../test/runner.ts", import.meta.url));
  // The service of this process takes orders; the one that is killed delivers.
  const id = await client.order(commit("b"), name);
  await client.wait(id, hasEnded);
  await settle(1);
  await services.splice(0)[0]?.close();
  received = [];
  const database = openDatabase(server.url);
  await database.query(`update lateen_outbox set ended_at = null, next_at = clock_timestamp() where rollout = $1`, [
    id,
  ]);
  isHanging = true;
  const places = join(fleet.folder, "fleets.json");
  await writeFile(places, JSON.stringify({ [name]: fleet.folder }));
  const child = spawn(process.execPath, ["-C", "source", program, server.url, places], {
    env: { ...process.env, ...fleet.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await settle(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  const undelivered = `select count(*)::int as count from lateen_outbox where rollout = $1 and ended_at is null`;
  expect((await database.query(undelivered, [id])).rows).toEqual([{ count: 1 }]);
  isHanging = false;
  await hurry();
  const next = { [name]: { settings: fleet.settings } };
  services.push(await createService({ database: server.url, fleets: next, tokens, env: fleet.env }));
  await settle(2);
  await vi.waitUntil(async () => (await database.query(undelivered, [id])).rows[0]?.["count"] === 0, {
    timeout: 10_000,
  });
  await database.close();
  expect(received).toHaveLength(2);
  expect(received[1]?.body).toBe(received[0]?.body);
});

test("a receiver that does not answer delays only its own messages", async () => {
  const { run } = await serve(`    - { name: silent, url: "URL/silent" }\n    - { name: slack, url: "URL/slack" }\n`);
  for (const digit of ["b", "c", "d"]) await run(digit);
  const of = (path: string) => received.filter((one) => one.path === path).length;
  // One try may take ten seconds, and three of them wait.
  await vi.waitUntil(() => of("/slack") === 3, { timeout: 9_000, interval: 50 });
  expect(of("/silent")).toBe(1);
});

test("only the outcomes that are wanted are delivered, and a dry run is none of them", async () => {
  const { run, client, name } = await serve(`    - { name: alarm, url: "URL/alarm", on: [halted] }\n`);
  await run("b");
  const { body } = await client.send("POST", `/v1/fleets/${name}/releases`, { sha: commit("c"), dryRun: true });
  await client.wait(body.rollout ?? "", hasEnded);
  fleet.plane.treat("t0", "fails");
  await run("d");
  await settle(1);
  await new Promise((done) => setTimeout(done, 1_000));
  expect(received.map(({ body: text }) => (JSON.parse(text) as { data: { outcome: string } }).data.outcome)).toEqual([
    "halted",
  ]);
});

describe("a message", () => {
  test("holds text from outside as text alone", () => {
    const result = {
      schemaVersion: 1,
      command: "ship",
      outcome: "halted",
      reason: "<!channel> & <https://evil|x>\u001b[1m",
    };
    const { text } = messageBody({
      id: "r1",
      fleet: "f",
      kind: "release",
      sha: commit("b"),
      actor: "ada",
      outcome: "halted",
      result,
    } as never) as { readonly text: string };
    expect(text).toContain("&lt;!channel&gt; &amp; &lt;https://evil|x&gt;");
    expect(["<", ">", "\u001b"].filter((sign) => text.includes(sign))).toEqual([]);
  });

  test("is signed as the specification's example is", () => {
    // Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/README.md, its test vector.
    const headers = signatureHeaders(
      "msg_p5jXN8AQM9LWM0D4loKWxJek",
      1_614_265_330_000,
      '{"test": 2432232314}',
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    );
    expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });
});

test.each([
  { status: 200, tries: 1, kind: "done" },
  { status: 204, tries: 9, kind: "done" },
  { status: 301, tries: 1, kind: "again", delayMs: 15_000 },
  { status: 400, tries: 2, kind: "again", delayMs: 30_000 },
  { status: 410, tries: 1, kind: "give-up" },
  { status: 429, tries: 1, retryAfterMs: 120_000, kind: "again", delayMs: 120_000 },
  { status: 503, tries: 3, retryAfterMs: 1_000, kind: "again", delayMs: 60_000 },
  { status: 503, tries: 23, retryAfterMs: 1e12, kind: "again", delayMs: 3_600_000 },
  { status: 500, tries: 24, kind: "give-up" },
  { status: undefined, tries: 1, kind: "again", delayMs: 15_000 },
])("$status at try $tries is $kind", ({ status, retryAfterMs, tries, kind, delayMs }) => {
  expect(decideDelivery({ status, retryAfterMs }, tries)).toMatchObject({
    kind,
    ...(delayMs === undefined ? {} : { delayMs }),
  });
});

describe("an address", () => {
  test.each([
    { url: "https://hooks.example.com/x", good: true },
    { url: "http://127.0.0.1:8080/x", good: true },
    { url: "http://hooks.example.com/x", good: false },
    { url: "ftp://hooks.example.com/x", good: false },
    { url: "https://user:pass@hooks.example.com/x", good: false },
    { url: "https://169.254.169.254/latest", good: false },
    { url: "https://[fd00:ec2::254]/latest", good: false },
    { url: "https://[::ffff:169.254.169.254]/latest", good: false },
    { url: "https://0.0.0.0/x", good: false },
    { url: "nonsense", good: false },
  ])("$url is sent to: $good", ({ url, good }) => {
    expect(attempt(() => vetAddress(url))).toBe(good);
  });

  test.each([
    { address: "93.184.216.34", toLoopback: false, good: true },
    { address: "10.0.0.7", toLoopback: false, good: true },
    { address: "127.0.0.1", toLoopback: false, good: false },
    { address: "::1", toLoopback: false, good: false },
    { address: "127.0.0.1", toLoopback: true, good: true },
    { address: "169.254.169.254", toLoopback: true, good: false },
    { address: "fe80::1", toLoopback: false, good: false },
    { address: "::ffff:169.254.169.254", toLoopback: false, good: false },
    { address: "", toLoopback: false, good: false },
  ])("that a name resolves to, $address (named loopback: $toLoopback): $good", ({ address: to, toLoopback, good }) => {
    expect(isSendable(to, toLoopback)).toBe(good);
  });
});

describe("a name of a receiver", () => {
  test.each([
    { name: "hooks.example.com", leads: "127.0.0.1", reaches: 0 },
    { name: "hooks.example.com", leads: "169.254.169.254", reaches: 0 },
    { name: "localhost", leads: "127.0.0.1", reaches: 1 },
  ])(
    "$name, which leads to $leads, is resolved once and reaches it $reaches times",
    async ({ name, leads, reaches }) => {
      const asked: string[] = [];
      const ask = ((host: string, _options: unknown, done: (error: null, found: object[]) => void) => {
        asked.push(host);
        // The next answer would be another one.
        done(null, [{ address: asked.length === 1 ? leads : "127.0.0.1", family: 4 }]);
      }) as unknown as Parameters<typeof lookupFor>[1];
      const url = new URL(address.replace("127.0.0.1", name));
      const agent = new Agent({ connect: { lookup: lookupFor(url, ask) } });
      const ended = await request(url, { dispatcher: agent, method: "POST", body: "{}" }).then(
        async (response) => {
          await response.body.dump();
          return response.statusCode;
        },
        (error: unknown) => (error as { code: string }).code,
      );
      await agent.destroy();
      expect({ ended, asked, received: received.length }).toEqual({
        ended: reaches === 1 ? 200 : "WEBHOOK_ADDRESS",
        asked: [name],
        received: reaches,
      });
    },
  );
});

function attempt(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
