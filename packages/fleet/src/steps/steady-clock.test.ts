import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, found, parseCommitSha, systemClock } from "@lateen/kernel";
import { createFakeClock, createScaledClock } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import { createExecFleet } from "../exec/exec-fleet.ts";
import { createControlPlane } from "../http/control-plane.ts";
import { createProber } from "../http/prober.ts";
import { mirrorWishes } from "../journal/mirror/mirror-wishes.ts";
import { openCluster } from "../kubernetes/cluster.ts";
import type { FleetEvent } from "../events.ts";
import { createVirtualRollout, slug } from "../testing/virtual-rollout.ts";
import { steadyClock } from "./steady-clock.ts";

const hour = 3_600_000;

describe("a clock of the machine that is set while a rollout runs", () => {
  test.each([
    { set: "back by an hour", by: -hour, at: "soak-started" },
    { set: "forward by an hour", by: hour, at: "soak-started" },
    { set: "back by an hour", by: -hour, at: "tenants-posted" },
    { set: "forward by an hour", by: hour, at: "call-answered" },
  ])("$set at $at: the soak and the patience are as long as ever", async ({ by, at }) => {
    const { clock, run, minutes, fleet } = createVirtualRollout(4);
    let offset = 0;
    const wall: Clock = {
      now: () => clock.now() + offset,
      elapsed: () => clock.now(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
    const report = ({ type }: FleetEvent): void => void (type === at && (offset = by));
    const soaking: number[] = [];
    const watched = (event: FleetEvent): void => {
      report(event);
      if (event.type === "soak-started" || event.type === "soak-passed") soaking.push(clock.now());
    };
    expect(
      await run({ soakMs: 300_000, verify: { timeoutMs: 60_000 } }, { clock: wall, report: watched }),
    ).toMatchObject({ kind: "go", value: { verified: 4 } });
    expect((soaking[1] ?? 0) - (soaking[0] ?? 0)).toBe(300_000);
    expect(fleet.calls).toEqual([[slug("t1")], ["t2", "t3", "t4"]]);
    expect(minutes()).toBeLessThan(10);
  });
});

describe.each([
  { set: "back by an hour", by: -hour },
  { set: "forward by an hour", by: hour },
])("an adapter, while the clock of the machine is set $set", ({ by }) => {
  const sha = parseCommitSha("b".repeat(40));
  const release = { sha, digests: {}, tag: "staging-bbbbbbb" };
  const t1 = { slug: slug("t1"), plane: "prod" };
  /** A clock of the machine that `shift` sets while `passing` goes by. */
  function wallOver(passing: Clock): Clock & { shift(): void } {
    let offset = 0;
    return {
      now: () => passing.now() + offset,
      elapsed: () => passing.elapsed?.() ?? passing.now(),
      sleep: (ms, signal) => passing.sleep(ms, signal),
      shift: () => void (offset = by),
    };
  }

  test("a host is left alone for as long as it asked for", async () => {
    const clock = wallOver(systemClock);
    const asked: number[] = [];
    const server = createServer((_, response) => {
      asked.push(performance.now());
      if (asked.length === 1) response.writeHead(429, { "retry-after": "1" });
      response.end(JSON.stringify({ git_sha: sha }), () => setTimeout(clock.shift, 300));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{slug}`;
    expect(await createProber({ url, clock }).buildinfo(t1)).toEqual(found(sha));
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(950);
    server.close();
  });

  test.each([
    { tookMs: 20_000, kind: "lost" },
    { tookMs: 300, kind: "transient" },
  ])("a 502 after $tookMs ms is $kind", async ({ tookMs, kind }) => {
    const passing = createFakeClock({ now: Date.UTC(2026, 0, 1) });
    const clock = wallOver(passing);
    const send = async () => {
      await passing.advance(tookMs);
      clock.shift();
      return { status: 502, headers: { get: () => null }, body: null };
    };
    const plane = createControlPlane({ name: "prod", url: "https://api.example.com", send, clock });
    expect(await plane.redeploy([t1], release, { soakMs: 0, batch: 1, maxStragglers: 0 })).toMatchObject({ kind });
  });

  test("a command that asks for another try gets it within the time of the move", async () => {
    const passing = createScaledClock({ factor: 20 });
    const clock = wallOver(passing);
    const sleep: Clock["sleep"] = (ms, signal) => {
      if (ms === 5_000) clock.shift();
      return passing.sleep(ms, signal);
    };
    const move = [
      "sh",
      "-c",
      "if [ -e $0 ]; then rm $0; else touch $0; exit 75; fi",
      `/tmp/lateen-clock-${process.pid}`,
    ];
    const options = { name: "hosts", enumerate: ["echo", '{"slug":"t1"}'], move, env: {}, cwd: "/" };
    const { controlPlane } = createExecFleet({ ...options, clock: { ...clock, sleep } });
    await controlPlane.enumerate(release, { soakMs: 0, batch: 1, maxStragglers: 0 });
    const answer = await controlPlane.redeploy([t1], release, { soakMs: 0, batch: 1, maxStragglers: 0 });
    expect(answer).toMatchObject({ rows: [{ commandOk: true }] });
  });

  test("a wish of another machine is read an interval later", async () => {
    const passing = createFakeClock();
    const clock = wallOver(passing);
    const seen: unknown[] = [];
    const entries = async () => (seen.push(passing.now()), { kind: "absent" as const, proof: "empty" });
    const log = { entries, append: async () => ({ kind: "lost" as const, head: { id: "1" } }) };
    const wishes = mirrorWishes({ log, clock, intervalMs: 5_000 });
    await wishes.read();
    clock.shift();
    await wishes.read();
    expect(seen).toHaveLength(1);
    await passing.advance(5_000);
    await wishes.read();
    expect(seen).toHaveLength(2);
  });

  test("the time of a Kubernetes move runs on", () => {
    const wall = wallOver(createFakeClock());
    const kubeconfig = { file: "/none" };
    const options = { name: "eu", kubeconfig, selector: "a=b", images: [], env: {}, cwd: "/", clock: wall };
    const { clock } = openCluster(options);
    const before = clock.now();
    wall.shift();
    expect(clock.now()).toBe(before);
  });
});

test("a clock that cannot tell what has passed is used as it is", () => {
  const clock: Clock = { now: () => 7, sleep: async () => undefined };
  expect(steadyClock(clock)).toBe(clock);
});

test("a time is a whole number of milliseconds, whatever the machine measures", () => {
  let elapsed = 10.25;
  const clock: Clock = { now: () => 1_000, elapsed: () => elapsed, sleep: async () => undefined };
  const steady = steadyClock(clock);
  elapsed = 14.017;
  expect(steady.now()).toBe(1_004);
});
