import { type NonEmpty, parseCommitSha, parseSlug, systemClock } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SshServer, startSsh } from "../../test/ssh-server.ts";
import { beforeSha, describeRolloutScenarios, scenarioSlugs, targetSha } from "../../test/rollout-scenarios.ts";
import type { Tenant } from "../ports/tenant.ts";
import { describeControlPlaneContract } from "../testing/contracts.ts";
import { createFolderFleet, type FolderFleet } from "../testing/folder-fleet.ts";
import { createExecFleet } from "./index.ts";
import type { ExecFleetOptions } from "./commands.ts";

const { LATEEN_REAL_SSHD: sshd = "" } = process.env;
const release = { sha: parseCommitSha(targetSha), tag: "staging-bbbbbbb", digests: {} };
const settings = { soakMs: 0, batch: 1, maxStragglers: 0 };

describe.runIf(sshd !== "")("over real SSH", () => {
  let ssh: SshServer;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => void (ssh = await startSsh(sshd)));
  afterAll(async () => {
    for (const close of closing) await close();
    await ssh.close();
  });

  /** The folder is what every host has; a host is reached through ssh, as the documentation shows. */
  const optionsFor = (
    folder: FolderFleet,
    more: Partial<ExecFleetOptions> = {},
    client = ssh.client,
  ): ExecFleetOptions => ({
    name: "hosts",
    enumerate: folder.enumerate,
    move: [...client, "127.0.0.1", `${folder.folder}/move.sh {slug} {sha}`],
    proof: [...client, "127.0.0.1", `${folder.folder}/proof.sh {slug}`],
    cwd: folder.folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: ssh.folder },
    // The rollouts of a child run on a clock that is twenty times as fast; ssh is not.
    proofTimeoutMs: 600_000,
    enumerateTimeoutMs: 600_000,
    ...more,
  });

  const start = async (slugs: readonly string[]) => {
    const folder = await createFolderFleet(slugs, beforeSha);
    closing.push(folder.close);
    return folder;
  };

  const fleetOf = (options: ExecFleetOptions) => {
    const { controlPlane, prober } = createExecFleet(options);
    if (prober === undefined) throw new Error("there is a proof");
    return { controlPlane, prober };
  };

  describeControlPlaneContract(
    "SSH",
    async () => ({ ...fleetOf(optionsFor(await start(["t1", "t2", "t3"]))), release }),
    { describe, test },
  );

  describeRolloutScenarios(
    "SSH",
    async () => {
      const folder = await start(scenarioSlugs);
      // Whole rollouts ask for proof a hundred times and more.
      const options = optionsFor(folder, {}, ssh.sharing);
      const many = Array.from({ length: 20 }, () => "fails" as const);
      return {
        ...fleetOf(options),
        driver: { kind: "exec", options },
        breakMoves: (slug) => folder.meet(slug, ...many),
        set: (slug, sha) => folder.runs(slug, sha),
        mix: (slug) => folder.mix(slug, [beforeSha, targetSha]),
        moves: folder.moves,
        slow: () => folder.slow(0.5),
        close: async () => undefined,
      };
    },
    release,
  );

  const tenants = (...slugs: string[]) =>
    slugs.map((slug) => ({ slug: parseSlug(slug), plane: "hosts" })) as unknown as NonEmpty<Tenant>;

  test("a command that dies on the other side is 255, and failed; one that outlasts its time is in doubt", async () => {
    const folder = await start(["t1", "t2"]);
    await folder.meet("t1", "dies");
    await folder.meet("t2", "hangs");
    const { controlPlane } = fleetOf(optionsFor(folder, { timeoutMs: 4_000 }));
    expect(await controlPlane.redeploy(tenants("t1", "t2"), release, settings)).toMatchObject({
      kind: "answered",
      rows: expect.arrayContaining([
        expect.objectContaining({ slug: "t1", hasError: true }),
        expect.objectContaining({ slug: "t2", inDoubt: true, reason: expect.stringContaining("not done after 4 s") }),
      ]),
    });
  });

  test("64 hosts side by side", async () => {
    const slugs = Array.from({ length: 64 }, (_, index) => `t${index}`);
    const folder = await start(slugs);
    const { controlPlane, prober } = fleetOf(optionsFor(folder, { clock: systemClock }));
    const answer = await controlPlane.redeploy(tenants(...slugs), release, settings);
    expect(answer.kind === "answered" ? answer.rows.filter(({ hasError }) => hasError) : answer).toEqual([]);
    expect(await prober.buildinfo(tenants("t63")[0])).toEqual({ kind: "found", value: targetSha });
  });

  // The last one: the host stays another afterwards.
  test("a host key that has changed: no tenant is moved, and nothing is proven", async () => {
    const folder = await start(["t1"]);
    await ssh.changeHostKey();
    const { controlPlane, prober } = fleetOf(optionsFor(folder));
    expect(await controlPlane.redeploy(tenants("t1"), release, settings)).toMatchObject({
      rows: [{ slug: "t1", hasError: true, reason: expect.stringMatching(/ended with 255.*[Hh]ost key/) }],
    });
    expect(await prober.buildinfo(tenants("t1")[0])).toMatchObject({ kind: "unknown", cause: { code: "EXEC_FAILED" } });
    expect(await folder.moves()).toEqual([]);
  });
});
