import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { isReleaseError, parseImageRef, parseJson } from "@lateen/kernel";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { loadConfig } from "../src/config/load.ts";
import { readDocument } from "../src/output/read-result.ts";
import { formatSummary } from "../src/output/summary.ts";
import { formatAnswer } from "../src/output/answer.ts";
import { createFolder } from "./folder.ts";
import { type Ran, runHere, runLateen, startLateen } from "./run-lateen.ts";

// Seeded, so that a failure is the same everywhere.
const seed = 20_261_130;
const secret = "s3cret-t0ken-of-the-job";
/** One input may take so long, in milliseconds; of the processor, so that a busy machine changes nothing. */
const longestMs = 1_000;
const env = { GITEA_TOKEN: secret };
const folder = createFolder();
afterAll(() => folder.remove());

const nasty = fc.oneof(
  fc.string({ maxLength: 40, unit: "binary" }),
  fc.constantFrom(
    "\u001b[2J",
    "::set-output name=x::y",
    "##[error]",
    "__proto__",
    "\u202e",
    "*".repeat(60),
    "a/".repeat(200),
  ),
  fc.constantFrom(
    "${GITEA_TOKEN}",
    "{sha7}",
    "{slug}",
    "https://u:p@x",
    "http://[::1]:x",
    "25%",
    "-1",
    "9".repeat(400),
  ),
);
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    nasty,
    fc.constantFrom(null, true, false, 0, -1, 1e308, {}, []),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(nasty, fc.constantFrom("env", "file", "checks", "url", "name")), tie("node"), {
      maxKeys: 4,
    }),
  ),
})).node;
const sections = [
  "forge",
  "release",
  "registries",
  "gate",
  "killSwitch",
  "supersession",
  "fleet",
  "promote",
  "environments",
];
const config = fc.dictionary(fc.constantFrom(...sections), value, { maxKeys: 5 });

/** Exit codes of the contract but the one for a bug. */
const codes: ReadonlySet<number> = new Set([0, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13]);

/** Runs a command line from its words to its exit code, and fails unless it ends in time, with a document, and keeps the secret. */
async function survives(argv: readonly string[]): Promise<Ran> {
  const before = process.cpuUsage();
  const ran = await runHere(["--json", ...argv], { cwd: folder.path, env });
  const { user, system } = process.cpuUsage(before);
  const document = ran.json();
  const account = {
    argv,
    isCode: codes.has(ran.code),
    leaks: `${ran.stdout}${ran.stderr}`.includes(secret),
    // A terminal obeys these; in JSON they are escaped.
    // eslint-disable-next-line no-control-regex
    escapes: /[\u001b\u009b\u202e\u00ad]/.test(`${ran.stdout}${ran.stderr}`),
    isInTime: (user + system) / 1_000 < longestMs,
    isDocument: typeof document.outcome === "string",
    hasThreeParts: document.outcome !== "error" || hasThreeParts(document.error as object | undefined),
  };
  expect(account, ran.stderr).toEqual({
    argv,
    isCode: true,
    leaks: false,
    escapes: false,
    isInTime: true,
    isDocument: true,
    hasThreeParts: true,
  });
  return ran;
}

/** What happened, why and what to do, none of them empty. */
function hasThreeParts(error: object | undefined): boolean {
  const { code = "", message = "", why = "", fix = "" } = { ...error } as Record<string, string>;
  return [code, message, why, fix].every((part) => part.trim() !== "");
}

/** References that name a host are not asked for: nothing of this leaves the machine. */
function namesHost(text: string): boolean {
  try {
    return parseImageRef(text).host !== undefined;
  } catch {
    return false;
  }
}

const reference = fc.oneof(
  nasty,
  fc.tuple(nasty, nasty, nasty).map(([a, b, c]) => `${a}/${b}:${c}`),
);
const keys = fc.constantFrom(
  "outcome",
  "evidence",
  "fleet",
  "images",
  "targets",
  "next",
  "error",
  "gate",
  "status",
  "reason",
  "schemaVersion",
  "command",
);

describe("2,000 hostile inputs through the whole program", { timeout: 180_000 }, () => {
  test("500 configurations", async () => {
    await fc.assert(
      fc.asyncProperty(config, fc.constantFrom("plan", "status", "verify"), async (given, command) => {
        const file = folder.write("hostile.json", JSON.stringify(given));
        await survives([command, "--config", file]);
      }),
      { seed, numRuns: 500 },
    );
  });

  test("300 configurations that are no JSON and hardly YAML", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200, unit: "binary" }), async (text) => {
        await survives(["gate", "--config", folder.write("hostile.yaml", text)]);
      }),
      { seed, numRuns: 300 },
    );
  });

  test("500 references", async () => {
    await fc.assert(
      fc.asyncProperty(reference, async (text) => {
        fc.pre(!namesHost(text));
        const ran = await survives(["inspect", "--", text]);
        expect({ text, code: ran.code }).toEqual({ text, code: 2 });
      }),
      { seed, numRuns: 500 },
    );
  });

  test("300 slugs and commits", async () => {
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (slug, sha) => {
        const ran = await survives(["rollout", `--only=${slug}`, `--sha=${sha}`, "--yes"]);
        expect({ slug, sha, code: ran.code }).toEqual({ slug, sha, code: 2 });
      }),
      { seed, numRuns: 300 },
    );
  });

  test("400 result documents", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, value, { maxKeys: 8 }), async (given) => {
        const file = folder.write("hostile-result.json", JSON.stringify({ outcome: "halted", ...given }));
        await survives(["explain", "--result", file]);
        const document = readDocument({ outcome: "halted", ...given });
        if (document === undefined) return;
        const { outcome: _, ...rest } = document;
        const shown = [formatSummary({ ...rest, outcome: "halted" }), formatAnswer("halted", rest)];
        for (const text of shown) expect(text).not.toContain("\u001b");
      }),
      { seed, numRuns: 400 },
    );
  });
});

test("the same through real processes", { timeout: 120_000 }, async () => {
  const given = fc.sample(config, { seed, numRuns: 6 });
  await Promise.all(
    given.map(async (one, at) => {
      const file = folder.write(`real-${at}.json`, JSON.stringify(one));
      const ran = await runLateen(["plan", "--json", "--config", file], { cwd: folder.path, env });
      expect({ one, isCode: codes.has(ran.code), leaks: `${ran.stdout}${ran.stderr}`.includes(secret) }).toEqual({
        one,
        isCode: true,
        leaks: false,
      });
      expect(typeof ran.json().outcome).toBe("string");
    }),
  );
});

test("a signal is heard within a second, though a server never answers", { timeout: 60_000 }, async () => {
  const asked = Promise.withResolvers<undefined>();
  const server = createServer(() => asked.resolve(undefined)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const text = `forge: { kind: gitea, url: "http://127.0.0.1:${port}", repository: a/b, token: { env: GITEA_TOKEN } }\ngate: { checks: [CI] }\n`;
  const file = folder.write("silent.yaml", text);
  const started = startLateen(["gate", "--wait", "--sha", "a".repeat(40), "--config", file], { cwd: folder.path, env });
  await asked.promise;
  const at = performance.now();
  started.kill("SIGTERM");
  const ran = await started.ended;
  server.closeAllConnections();
  server.close();
  expect({ code: ran.code, isSoon: performance.now() - at < longestMs }, ran.stderr).toEqual({
    code: 143,
    isSoon: true,
  });
});

describe("as much as a configuration may be", { timeout: 120_000 }, () => {
  const head = `forge: { kind: gitea, url: "http://127.0.0.1:9", repository: a/b, token: { env: GITEA_TOKEN } }\n`;
  const fill = (line: (at: number) => string): string => {
    let text = "";
    for (let at = 0; text.length < 255_000; at++) text += line(at);
    return text;
  };
  const fleet = `fleet: { controlPlanes: [{ name: p, url: "http://127.0.0.1:9", token: { env: T } }], buildinfo: "https://x/{slug}"`;
  test.each([
    ["unknown keys", `${head}gate:\n${fill((at) => `  k${at}: 1\n`)}`],
    ["one key again and again", `${head}gate:\n${fill(() => "  k: 1\n")}`],
    ["values that are wrong", `${head}gate: { checks: [${fill(() => "{},")}] }`],
    ["registries that are wrong", `registries:\n${fill((at) => `  h${at}.io: { insecure: tru }\n`)}`],
    ["slugs that are none", `${fleet}, canary: [${fill((at) => `T_${at},`)}] }`],
    ["environments", `${head}environments:\n${fill((at) => `  e${at}: { x: 1 }\n`)}`],
    ["targets", `${head}promote:\n  targets:\n${fill((at) => `    t${at}: { tags: l${at} }\n`)}`],
    [
      "tags times repositories",
      `release: { candidate: "s-{sha7}", images: [${fill((at) => `g.io/a${at},`).slice(0, 120_000)}x.io/a] }\npromote: { tags: [${fill((at) => `t${at},`).slice(0, 120_000)}t] }`,
    ],
    ["no YAML at all", fill(() => ": : :\n")],
    ["brackets", `${head}gate: ${"[".repeat(100_000)}`],
    ["tabs", fill(() => "\t- a\n")],
    ["aliases of nothing", `${head}gate:\n  checks:\n${fill((at) => `    - *b${at}\n`)}`],
  ])("%s: refused in words, and no longer than a person reads", async (_, text) => {
    const file = folder.write("large.yaml", text);
    const before = process.cpuUsage();
    const error: unknown = await loadConfig({ cwd: folder.path, env: {}, file }).catch((thrown: unknown) => thrown);
    const { user, system } = process.cpuUsage(before);
    const shown = isReleaseError(error) ? `${error.message}\n${error.why ?? ""}` : "";
    expect({
      code: isReleaseError(error) ? error.code : String(error),
      isShort: shown.length < 100_000,
      saysStack: shown.includes("call stack"),
      isInTime: (user + system) / 1_000 < 4 * longestMs,
    }).toEqual({ code: "CONFIG_INVALID", isShort: true, saysStack: false, isInTime: true });
  });
});

test("an answer is read to its first value that is wrong, however many follow", () => {
  const text = `[${"{},".repeat(90_000)}{}]`;
  const rows = z.array(z.object({ slug: z.string() }));
  const before = process.cpuUsage();
  expect(() => parseJson({ text: () => text, url: "https://h.example/p" }, rows, "rows")).toThrowError(/0\.slug/);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(2 * longestMs);
});

/** Bodies of 8 MiB that are valid JSON and of which as much can be made as fits. */
const worstBodies: readonly { readonly name: string; readonly body: string }[] = [
  { name: "empty rows", body: `{"ok":true,"results":[${"{},".repeat(2_790_000)}{}]}` },
  { name: "rows of no object", body: `{"ok":true,"results":[${"1,".repeat(4_100_000)}1]}` },
  { name: "keys of their own", body: `{"ok":true,"results":[${keysOfTheirOwn(600_000)}{}]}` },
  { name: "as many rows as are read", body: `{"ok":true,"results":[${keysOfTheirOwn(166_000)}{}]}` },
  { name: "a fleet of 65,000", body: `{"ok":true,"results":[${tenants(65_000)}{}]}` },
  { name: "long strings", body: JSON.stringify({ ok: true, results: Array.from({ length: 8 }, longRow) }) },
];

function keysOfTheirOwn(count: number): string {
  return Array.from({ length: count }, (_, at) => `{"${at}":1},`).join("");
}

function tenants(count: number): string {
  return Array.from({ length: count }, (_, at) => `{"slug":"t${at}"},`).join("");
}

function longRow(): object {
  return { slug: "x".repeat(500_000), error: '\\"'.repeat(120_000) };
}

// The best of three, since a run shares the machine with others.
test.each(worstBodies)(
  "a signal is heard while the worst answer is read: $name",
  { timeout: 120_000 },
  async ({ body }) => {
    const server = createServer((_, response) => {
      response.setHeader("content-type", "application/json");
      response.end(body, () => handed.resolve(undefined));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const text = `release: { candidate: "s-{sha7}" }\nfleet: { controlPlanes: [{ name: p, url: "http://127.0.0.1:${port}", token: { env: CP_ADMIN_API_TOKEN } }], buildinfo: "http://127.0.0.1:9/{slug}" }\n`;
    const file = folder.write("rows.yaml", text);
    let handed = Promise.withResolvers<undefined>();
    let tookMs = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 3 && tookMs > longestMs; run++) {
      handed = Promise.withResolvers();
      const started = startLateen(["verify", "--sha", "a".repeat(40), "--config", file], {
        cwd: folder.path,
        env: { CP_ADMIN_API_TOKEN: secret },
      });
      await Promise.race([handed.promise, started.ended]);
      const at = performance.now();
      started.kill("SIGTERM");
      const ran = await started.ended;
      tookMs = performance.now() - at;
      expect([143, 4, 3], ran.stderr).toContain(ran.code);
    }
    server.closeAllConnections();
    server.close();
    expect(tookMs).toBeLessThan(longestMs);
  },
);

describe("sizes", () => {
  const problemsOf = async (count: number): Promise<{ code: unknown; problems: readonly string[]; tookMs: number }> => {
    const keys = Array.from({ length: count }, (_, at) => [`k${at}`, 1]);
    const file = folder.write("lateen.json", JSON.stringify({ gate: Object.fromEntries(keys) }));
    const begun = performance.now();
    const error: unknown = await loadConfig({ cwd: folder.path, env: {}, file }).catch((thrown: unknown) => thrown);
    const problems = isReleaseError(error) ? (error.why ?? error.message).split("\n") : [];
    return { code: isReleaseError(error) ? error.code : error, problems, tookMs: performance.now() - begun };
  };

  test("of unknown keys the first hundred are reported", async () => {
    const { code, problems } = await problemsOf(1_000);
    expect({ code, isFew: problems.length <= 102 }).toEqual({ code: "CONFIG_INVALID", isFew: true });
    expect(problems.join("\n")).toContain("900 more keys do not exist");
  });

  test("300,000 unknown keys are not read at all", async () => {
    const { code, problems, tookMs } = await problemsOf(300_000);
    expect({ code, problems }).toEqual({
      code: "CONFIG_UNREADABLE",
      problems: [expect.stringMatching(/longer than \d+ bytes/)],
    });
    expect(tookMs).toBeLessThan(5 * longestMs);
  });
});
