import { systemClock } from "@lateen/kernel";
import { type GitHttpServer, startGitHttpServer } from "@lateen/git-log/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { images, startWorld, type World } from "./world.ts";

type OnRequest = NonNullable<Parameters<typeof startGitHttpServer>[0]["fault"]>;

let world: World;
let git: GitHttpServer;
let onGit: OnRequest | undefined;

beforeEach(async () => {
  world = await startWorld({ size: 1 });
  git = await startGitHttpServer({ root: world.repository.root, fault: (request) => onGit?.(request) });
  await world.repository.git("config", "http.receivepack", "true");
  world.configure((text) => text.replace(`remote: "${world.repository.path}"`, `remote: "${git.url}/core.git"`));
});
afterEach(async () => {
  onGit = undefined;
  await Promise.all([git.close(), world.close()]);
});

/** A write of a promotion, and whether the program dies with the write undone or with it done. */
interface Death {
  readonly write: "ledger" | "first tag" | "second tag";
  readonly dies: "before" | "after";
}

/** Runs `bin/lateen promote` and ends it with SIGKILL at a write. */
async function die({ write, dies }: Death): Promise<void> {
  const started = world.start(["promote", "--sha", world.commits.at(-1) ?? ""]);
  let puts = 0;
  onGit = ({ isPush }) => {
    if (!isPush || write !== "ledger") return undefined;
    started.kill("SIGKILL");
    // A push that git sent before the death arrives all the same.
    return dies === "before" ? "reset" : undefined;
  };
  const wanted = write === "first tag" ? 1 : 2;
  const undo = world.registry.misbehave({
    when: ({ method, path }) => {
      if (write === "ledger" || method !== "PUT" || !path.endsWith("/manifests/latest") || ++puts !== wanted)
        return false;
      started.kill("SIGKILL");
      return true;
    },
    fault: dies === "before" ? { kind: "reset", when: "before" } : { kind: "delay", ms: 0 },
  });
  const { stderr } = await started.ended;
  expect(stderr).toContain("(ended by SIGKILL)");
  undo();
  onGit = undefined;
  // The push of a dead program ends by itself.
  for (let tries = 0; tries < 100 && write === "ledger" && dies === "after" && (await world.ledger()) === ""; tries++) {
    await systemClock.sleep(20);
  }
}

function latest(): (string | undefined)[] {
  return images.map((image) => world.tag(image, "latest"));
}

function digests(commit: number): string[] {
  return images.map((image) => world.digest(image, commit));
}

const deaths = (["ledger", "first tag", "second tag"] as const).flatMap((write) =>
  (["before", "after"] as const).map((dies): Death => ({ write, dies })),
);

describe("a promotion that is killed", () => {
  test.each(deaths)(
    "$dies its write of the $write is all old or all new after a reconcile, and all new after a re-run",
    async (death) => {
      await die(death);
      const committed = (await world.ledger()) !== "";
      expect(committed).toBe(death.write !== "ledger" || death.dies === "after");
      if (!committed) expect(latest()).toEqual(digests(0));
      const isOpen = committed && latest().some((digest, at) => digest !== digests(1)[at]);
      const reconciled = await world.lateen(["reconcile", "--json"]);
      expect(reconciled.json().outcome).toBe(isOpen ? "ok" : "unchanged");
      expect(latest()).toEqual(digests(committed ? 1 : 0));
      const again = await world.lateen(["promote", "--json", "--sha", world.commits.at(-1) ?? ""]);
      expect(again.json()).toMatchObject({ outcome: committed ? "unchanged" : "shipped", ledger: { position: 1 } });
      expect(latest()).toEqual(digests(1));
    },
  );

  test("with one tag moved is finished by a re-run alone", async () => {
    await die({ write: "second tag", dies: "before" });
    expect(latest().filter((digest, at) => digest === digests(1)[at])).toHaveLength(1);
    const again = await world.lateen(["promote", "--json", "--sha", world.commits.at(-1) ?? ""]);
    expect(again.json()).toMatchObject({ outcome: "shipped", ledger: { position: 1 } });
    expect(latest()).toEqual(digests(1));
  });
});
