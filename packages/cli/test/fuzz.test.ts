import { isReleaseError, parseSlug } from "@lateen/kernel";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { loadConfig } from "../src/config/load.ts";
import { parseRegistryRef } from "../src/command-line/registry-ref.ts";
import { readDocument } from "../src/output/read-result.ts";
import { formatSummary } from "../src/output/summary.ts";
import { formatAnswer } from "../src/output/answer.ts";
import { createFolder } from "./folder.ts";
import { runHere } from "./run-lateen.ts";

// Seeded, so that a failure is the same everywhere.
const seed = 20_261_130;
const secret = "s3cret-t0ken-of-the-job";
/** A second of its own; this only must not fail on a busy machine. */
const longestMs = 5_000;
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

/** Runs `work`, and fails unless it ends in time, with an answer or with an error of ours that keeps the secret. */
async function survives(work: () => unknown): Promise<void> {
  const begun = performance.now();
  try {
    await work();
  } catch (error) {
    if (!isReleaseError(error) || error.category === "bug") throw error;
    expect(JSON.stringify(error.toJSON())).not.toContain(secret);
  }
  expect(performance.now() - begun).toBeLessThan(longestMs);
}

describe("2,000 hostile inputs end in time, with an answer or an error of ours", { timeout: 180_000 }, () => {
  test("configurations", async () => {
    const env = { GITEA_TOKEN: secret };
    await fc.assert(
      fc.asyncProperty(config, async (given) => {
        const file = folder.write("lateen.json", JSON.stringify(given));
        await survives(() => loadConfig({ cwd: folder.path, env, file }));
      }),
      { seed, numRuns: 300 },
    );
  });

  test("configurations that are no JSON and hardly YAML", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200, unit: "binary" }), async (text) => {
        const file = folder.write("lateen.yaml", text);
        await survives(() => loadConfig({ cwd: folder.path, env: {}, file }));
      }),
      { seed, numRuns: 300 },
    );
  });

  test("references and slugs", async () => {
    const reference = fc.oneof(
      nasty,
      fc.tuple(nasty, nasty, nasty).map(([a, b, c]) => `${a}/${b}:${c}`),
    );
    await fc.assert(
      fc.asyncProperty(reference, async (text) => {
        await survives(() => parseRegistryRef(text));
        await survives(() => parseSlug(text));
      }),
      { seed, numRuns: 1_000 },
    );
  });

  test("result documents", async () => {
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
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, value, { maxKeys: 8 }), async (given) => {
        await survives(() => {
          const document = readDocument({ outcome: "halted", ...given });
          if (document === undefined) return;
          const { outcome: _, ...rest } = document;
          const shown = [formatSummary({ ...rest, outcome: "halted" }), formatAnswer("halted", rest)];
          for (const text of shown) expect(text).not.toContain("\u001b");
        });
      }),
      { seed, numRuns: 400 },
    );
  });
});

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
    expect({ code, count: problems.length }).toEqual({ code: "CONFIG_INVALID", count: 102 });
    expect(problems.join("\n")).toContain("900 more keys do not exist");
  });

  test("300,000 unknown keys are not read at all", async () => {
    const { code, problems, tookMs } = await problemsOf(300_000);
    expect({ code, problems }).toEqual({
      code: "CONFIG_UNREADABLE",
      problems: [expect.stringMatching(/longer than \d+ bytes/)],
    });
    expect(tookMs).toBeLessThan(longestMs);
  });
});

test("the program itself says nothing of a secret, whatever it is given", async () => {
  for (const given of ["forge: { token: " + secret + " }", "a: &a [*a]", "\u0000", "gate: { checks: [x] }\nx: 1"]) {
    folder.write("lateen.yaml", given);
    const ran = await runHere(["plan", "--json"], { cwd: folder.path, env: { GITEA_TOKEN: secret } });
    expect({ given, code: ran.code, leaks: `${ran.stdout}${ran.stderr}`.includes(secret) }).toEqual({
      given,
      code: 2,
      leaks: false,
    });
  }
});
