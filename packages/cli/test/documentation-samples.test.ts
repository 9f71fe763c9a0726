import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createControlPlane, createProber } from "@lateen/fleet/http";
import { startControlPlane, startTenants } from "@lateen/fleet/testing";
import {
  type Clock,
  createSender,
  parseCommitSha,
  parseSlug,
  type Reading,
  type ReleaseError,
  systemClock,
} from "@lateen/kernel";
import { startScriptedServer } from "@lateen/kernel/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AnswerRow, moveAnswers, planAnswers, tenantAnswers } from "../../../apps/docs/control-plane.table.ts";
import { makeSampleFolder, type SampleFolder } from "./documentation-samples.ts";
import { manifest, packageNames, root } from "./source-files.ts";

const page = (name: string): string => readFileSync(join(root, "apps/docs", name), "utf8");
const typescript = "```ts\n([\\s\\S]*?)^```\n";

let folder: SampleFolder;
beforeAll(() => void (folder = makeSampleFolder()));
afterAll(() => folder.remove());

describe("from other programs", () => {
  const text = page("packages.md");
  const programs = [...text.matchAll(new RegExp(`^## (.*)\n(?:(?!^## )[\\s\\S])*?${typescript}`, "gm"))].map(
    ([, heading = "", code = ""]) => ({ heading, code }),
  );
  const outputs = new Map(
    [...text.matchAll(new RegExp(`${typescript}\n\`\`\`text\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
      ([, code, output]) => [code, output] as const,
    ),
  );

  test("every package has a sample, and every sample says what it prints", () => {
    expect(programs.map(({ heading }) => heading)).toEqual([
      "Gate",
      "Registry",
      "Fleet",
      "Promote",
      "The whole pipeline",
    ]);
    expect(programs.map(({ code }) => outputs.has(code))).not.toContain(false);
  });

  test.each(programs)("the sample of $heading prints the block below it", async ({ heading, code }) => {
    folder.write(`${heading.replaceAll(" ", "-")}.ts`, code);
    expect(await folder.run("node", ["-C", "source", `${heading.replaceAll(" ", "-")}.ts`])).toBe(outputs.get(code));
  });

  test("every entry point and every peer is named", () => {
    const entries = packageNames.flatMap((name) => {
      const { exports, peerDependencies = {} } = manifest(name);
      const paths = Object.keys(exports).filter((path) => path !== "./package.json");
      return [...paths.map((path) => `@lateen/${name}${path.slice(1)}`), ...Object.keys(peerDependencies)];
    });
    expect(entries.filter((entry) => !text.includes(`\`${entry}\``))).toEqual([]);
  });
});

describe("for a control plane", () => {
  const [, contract = ""] = new RegExp(`^${typescript}`, "m").exec(page("control-plane.md")) ?? [];

  test("the contract runs against a server of somebody else", async () => {
    const commits = ["1", "2", "3", "4"].map((digit) => digit.repeat(40));
    const tenants = await startTenants({ slugs: ["one", "two"], sha: "a".repeat(40) });
    const server = await startControlPlane({
      tenants,
      shaOf: (tag) => commits.find((sha) => tag === `staging-${sha.slice(0, 7)}`) ?? "",
    });
    folder.write("control-plane.test.ts", contract);
    // An installation from a registry needs none of this: here the packages run from source.
    const conditions = ["source", "node", "import", "default"];
    folder.write("vitest.config.ts", `export default ${JSON.stringify({ ssr: { resolve: { conditions } } })};`);
    try {
      const said = await folder.run("vitest", ["run", "--root", folder.path], {
        CONTROL_PLANE: server.url,
        CONTROL_PLANE_TOKEN: server.token,
        BUILDINFO: tenants.buildinfo,
        RELEASES: commits.join(","),
        NO_COLOR: "1",
      });
      expect(said).toMatch(/4 passed/);
      expect(server.moves()).toEqual([["one"], ["one", "two"]]);
    } finally {
      await Promise.all([server.close(), tenants.close()]);
    }
  });

  const send = createSender(() => import("undici"));
  const release = { sha: parseCommitSha("b".repeat(40)), digests: {}, tag: "staging-bbbbbbb" };
  const settings = { soakMs: 0, batch: 1, maxStragglers: 0 };
  // Pauses between tries are of seconds, deadlines of minutes.
  const clock: Clock = {
    now: () => systemClock.now(),
    sleep: (ms, signal) => systemClock.sleep(ms < 60_000 ? ms / 1000 : ms, signal),
  };

  async function answering<T>({ status, body }: AnswerRow, ask: (url: string) => Promise<T>): Promise<T> {
    const server = await startScriptedServer(() => ({ status, body }));
    try {
      return await ask(server.url);
    } finally {
      await server.close();
    }
  }

  const errorOf = (kind: string, { code }: ReleaseError): string => `${kind} ${code}`;
  const wordFor = (reading: Reading<unknown>): string =>
    reading.kind === "unknown" ? errorOf(reading.kind, reading.cause) : reading.kind;

  test.each(planAnswers)("a dry run answered $status $body is $read", async (row) => {
    const reading = await answering(row, (url) =>
      createControlPlane({ name: "prod", url, send, clock }).enumerate(release, settings),
    );
    expect(wordFor(reading)).toBe(row.read);
  });

  test.each(moveAnswers)("a call answered $status $body is $read", async (row) => {
    const answer = await answering(row, (url) =>
      createControlPlane({ name: "prod", url, send, clock }).redeploy(
        [{ slug: parseSlug("one"), plane: "prod" }],
        release,
        settings,
      ),
    );
    const word =
      answer.kind === "answered" ? `answered, ${answer.ok ? "ok" : "not ok"}` : errorOf(answer.kind, answer.cause);
    expect(word).toBe(row.read);
  });

  test.each(tenantAnswers)("a tenant that answers $status $body is $read", async (row) => {
    const reading = await answering(row, (url) =>
      createProber({ url: `${url}/{slug}`, send }).buildinfo({ slug: parseSlug("one"), plane: "prod" }),
    );
    expect(wordFor(reading)).toBe(row.read);
  });
});

test("the samples have the right types", { timeout: 180_000 }, async () => {
  folder.write(
    "tsconfig.json",
    JSON.stringify({
      extends: join(root, "tsconfig.base.json"),
      compilerOptions: { noEmit: true, declaration: false, isolatedDeclarations: false },
      include: ["*.ts"],
      exclude: ["vitest.config.ts"],
    }),
  );
  // One thread and a lazy garbage collector take half of the processor's time (measured November 2026).
  await folder.run("tsc", ["-p", ".", "--singleThreaded"], { GOGC: "400" });
});
