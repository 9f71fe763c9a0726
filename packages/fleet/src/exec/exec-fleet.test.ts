import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type NonEmpty, parseCommitSha, parseSlug, systemClock } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { beforeSha, describeRolloutScenarios, scenarioSlugs, targetSha } from "../../test/rollout-scenarios.ts";
import type { Tenant } from "../ports/tenant.ts";
import { describeControlPlaneContract } from "../testing/contracts.ts";
import { createFolderFleet, type FolderFleet } from "../testing/folder-fleet.ts";
import { createExecFleet } from "./index.ts";
import type { ExecFleetOptions } from "./commands.ts";

const release = { sha: parseCommitSha(targetSha), tag: "staging-bbbbbbb", digests: {} };
const env = { PATH: process.env["PATH"] ?? "" };
const settings = { soakMs: 0, batch: 1, maxStragglers: 0 };

function optionsFor(folder: FolderFleet, more: Partial<ExecFleetOptions> = {}): ExecFleetOptions {
  const { enumerate, move, proof, folder: cwd } = folder;
  return { name: "hosts", enumerate, move, proof, cwd, env, clock: createScaledClock({ factor: 20 }), ...more };
}

describeControlPlaneContract(
  "commands",
  async () => {
    const folder = await createFolderFleet(["t1", "t2", "t3"], beforeSha);
    const { controlPlane, prober } = createExecFleet(optionsFor(folder));
    if (prober === undefined) throw new Error("there is a proof");
    return { controlPlane, prober, release };
  },
  { describe, test },
);

describeRolloutScenarios(
  "commands",
  async () => {
    const folder = await createFolderFleet(scenarioSlugs, beforeSha);
    const options = optionsFor(folder);
    const { controlPlane, prober } = createExecFleet(options);
    if (prober === undefined) throw new Error("there is a proof");
    const { clock: _, ...rest } = options;
    const many = <T>(value: T): T[] => Array.from({ length: 20 }, () => value);
    return {
      controlPlane,
      prober,
      driver: { kind: "exec", options: rest },
      breakMoves: (slug) => folder.meet(slug, ...many("fails" as const)),
      set: (slug, sha) => folder.runs(slug, sha),
      lose: (slug, moved) => folder.meet(slug, moved ? "dies-moved" : "dies"),
      mix: (slug) => folder.mix(slug, [beforeSha, targetSha]),
      moves: folder.moves,
      slow: () => folder.slow(0.3),
      close: folder.close,
    };
  },
  release,
);

let folder: FolderFleet;
beforeEach(async () => void (folder = await createFolderFleet(["t1", "t2", "t3"], beforeSha)));
afterEach(() => folder.close());

async function move(more: Partial<ExecFleetOptions> = {}): Promise<Awaited<ReturnType<typeof redeploy>>> {
  return redeploy(more, ["t1", "t2"]);
}

async function redeploy(more: Partial<ExecFleetOptions>, slugs: readonly string[]) {
  const { controlPlane } = createExecFleet(optionsFor(folder, more));
  const tenants = slugs.map((slug) => ({ slug: parseSlug(slug), plane: "hosts" })) as unknown as NonEmpty<Tenant>;
  return controlPlane.redeploy(tenants, release, settings);
}

function row(answer: Awaited<ReturnType<typeof redeploy>>, slug: string) {
  return answer.kind === "answered" ? answer.rows.find((each) => each.slug === slug) : undefined;
}

describe("what a move comes to", () => {
  test("exit 0 is moved, and still to be proven: a row without proof", async () => {
    expect(row(await move(), "t1")).toEqual({ slug: "t1", hasError: false, commandOk: true });
  });

  test("75 is tried again, and the tenant is looked at first: one that has moved is not moved twice", async () => {
    await folder.meet("t1", "later", "later");
    await folder.meet("t2", "later-moved");
    const answer = await move();
    expect({ t1: row(answer, "t1"), t2: row(answer, "t2") }).toMatchObject({
      t1: { hasError: false },
      t2: { hasError: false },
    });
    expect((await folder.moves()).toSorted()).toEqual(["t1", "t1", "t1", "t2"]);
  });

  test("75 without end fails after three retries, and within the time of the move", async () => {
    await folder.meet("t1", ...Array.from({ length: 9 }, () => "later" as const));
    expect(row(await move(), "t1")).toMatchObject({ hasError: true, reason: "move ended with 75" });
    expect((await folder.moves()).filter((slug) => slug === "t1")).toHaveLength(4);
    // The first pause would be longer than the time that is left.
    const short = { timeoutMs: 5_000, clock: systemClock };
    expect(row(await move(short), "t1")).toMatchObject({ hasError: true, reason: "move ended with 75" });
    expect((await folder.moves()).filter((slug) => slug === "t1")).toHaveLength(4 + 1);
  });

  test("any other exit code fails, with the last words of the command and without its secrets", async () => {
    await folder.meet("t1", "fails");
    const answer = await move();
    expect(row(answer, "t1")).toEqual({
      slug: "t1",
      hasError: true,
      commandOk: false,
      reason: "move ended with 3: password=[secret] is wrong",
    });
    expect(row(answer, "t2")).toMatchObject({ hasError: false });
  });

  test.each(["dies", "dies-moved", "hangs", "floods"] as const)("a move that %s is in doubt", async (manner) => {
    await folder.meet("t1", manner);
    expect(row(await move({ timeoutMs: 10_000 }), "t1")).toMatchObject({ hasError: false, inDoubt: true });
  });

  test("a program that is not there: nothing has happened, and the call is refused", async () => {
    expect(await move({ move: ["./missing", "{slug}"] })).toMatchObject({
      kind: "refused",
      cause: { code: "EXEC_NOT_STARTED", message: expect.stringContaining("was not found") },
    });
  });

  test("a tenant that is not enumerated any more is not moved", async () => {
    const answer = await redeploy({}, ["t1", "gone"]);
    expect({ t1: row(answer, "t1"), gone: row(answer, "gone") }).toMatchObject({
      t1: { hasError: false },
      gone: { hasError: true, reason: "move hosts does not enumerate gone" },
    });
  });
});

describe("what may be configured", () => {
  test.each([
    ["a text without a shell", { move: "./move.sh {slug}" }, "EXEC_COMMAND_INVALID"],
    ["a list with a shell", { shell: true }, "EXEC_COMMAND_INVALID"],
    ["no program", { move: [] }, "EXEC_COMMAND_INVALID"],
    [
      "a list of tenants that depends on the release",
      { enumerate: ["./enumerate.sh", "{tag}"] },
      "EXEC_PLACEHOLDER_UNKNOWN",
    ],
    ["a proof that knows the target", { proof: ["echo", "{sha}"] }, "EXEC_PLACEHOLDER_UNKNOWN"],
  ])("%s is refused at once", (_, more, code) => {
    expect(() => createExecFleet(optionsFor(folder, more))).toThrow(expect.objectContaining({ code }) as Error);
  });

  test.each([
    ["a placeholder that no row has", ["deploy", "{hots}"], "EXEC_PLACEHOLDER_UNKNOWN"],
    ["a digest where the release has none", ["deploy", "{digest}"], "EXEC_PLACEHOLDER_UNKNOWN"],
  ])("%s is refused with the enumeration, and the tenant is named", async (_, given, code) => {
    const { controlPlane } = createExecFleet(optionsFor(folder, { move: given }));
    expect(await controlPlane.enumerate(release, settings)).toMatchObject({
      kind: "unknown",
      cause: { code, category: "input", message: expect.stringContaining("tenant t1") },
    });
  });

  test("a shell gets every value as it is", async () => {
    const shell = {
      shell: true,
      enumerate: "cat rows",
      move: './move.sh {slug} "{sha}" && echo {note} > note',
      proof: "./proof.sh {slug}",
    };
    await writeFile(join(folder.folder, "rows"), '{"slug":"t1","note":"a\'b $(touch pwned) \\"c\\""}\n');
    expect(row(await redeploy(shell, ["t1"]), "t1")).toMatchObject({ hasError: false });
    expect(await folder.read("note")).toBe('a\'b $(touch pwned) "c"\n');
    await expect(folder.read("pwned")).rejects.toThrow("ENOENT");
  });
});

describe("what is asked", () => {
  const enumerate = async (more: Partial<ExecFleetOptions>) =>
    createExecFleet(optionsFor(folder, more)).controlPlane.enumerate(release, settings);

  test.each([
    ["fails after it has printed rows", ["sh", "-c", "cat rows; exit 1"], "EXEC_FAILED"],
    ["hangs", ["sleep", "60"], "EXEC_FAILED"],
    ["prints without end", ["yes", '{"slug":"a"}'], "EXEC_FAILED"],
    ["is missing", ["./nothing"], "EXEC_NOT_STARTED"],
  ])("an enumeration that %s is unknown, never an empty fleet", async (_, command, code) => {
    expect(await enumerate({ enumerate: command, enumerateTimeoutMs: 8_000 })).toMatchObject({
      kind: "unknown",
      cause: { code },
    });
  });

  test("an enumeration that prints nothing is absent", async () => {
    expect(await enumerate({ enumerate: ["true"] })).toMatchObject({ kind: "absent" });
  });

  test("a proof that fails proves nothing, whatever it printed", async () => {
    const { prober } = createExecFleet(optionsFor(folder, { proof: ["sh", "-c", `echo ${targetSha}; exit 1`] }));
    expect(await prober?.buildinfo({ slug: parseSlug("t1"), plane: "hosts" })).toMatchObject({
      kind: "unknown",
      cause: { code: "EXEC_FAILED" },
    });
  });

  test("a prober that is asked first reads the rows itself, once for all", async () => {
    const script = `echo x >> asked; cat rows`;
    const { prober } = createExecFleet(optionsFor(folder, { enumerate: ["sh", "-c", script] }));
    const look = async (slug: string) => prober?.buildinfo({ slug: parseSlug(slug), plane: "hosts" });
    const one = { kind: "found", value: beforeSha };
    expect(await Promise.all(["t1", "t2", "t3"].map(look))).toEqual([one, one, one]);
    expect(await folder.read("asked")).toBe("x\n");
  });

  test("no more proofs run at a time than moves would", async () => {
    const script = "touch running-$$; sleep 0.1; ls running-* | wc -l >> seen; rm running-$$; cat tenants/$0/commit";
    const { prober } = createExecFleet(optionsFor(folder, { proof: ["sh", "-c", script, "{slug}"], concurrency: 2 }));
    const look = async () => prober?.buildinfo({ slug: parseSlug("t1"), plane: "hosts" });
    const readings = await Promise.all(Array.from({ length: 8 }, look));
    expect(readings).toEqual(readings.map(() => ({ kind: "found", value: beforeSha })));
    const seen = (await folder.read("seen")).trim().split("\n").map(Number);
    expect(Math.max(...seen)).toBeLessThanOrEqual(2);
  });
});
