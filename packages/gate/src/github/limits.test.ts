import { parseCommitSha } from "@lateen/kernel";
import { afterEach, describe, expect, it } from "vitest";
import { causeOf, closeGitHubWorlds, startGitHubWorld, valueOf } from "../testing/github-world.ts";

afterEach(closeGitHubWorlds);

describe("conditional requests", () => {
  it("cost nothing where nothing is new", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 120; index++) fake.setCheckRun({ sha, name: `job ${index}` });
    const before = valueOf(await forge.checks(sha));
    const sent = fake.requests.length;
    expect(valueOf(await forge.checks(sha))).toEqual(before);
    const again = fake.requests.slice(sent);
    expect(again.map(({ status }) => status)).toEqual(again.map(() => 304));
    expect(again).toHaveLength(sent);
    fake.setCheckRun({ sha, name: "job 5", conclusion: "failure" });
    expect(valueOf(await forge.checks(sha))).toHaveLength(121);
  });

  it("share a read that is under way", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    await Promise.all([forge.runs(sha, "a.yml"), forge.runs(sha, "b.yml")]);
    expect(fake.requests).toHaveLength(1);
  });
});

describe("rate limits", () => {
  const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

  it("obeys Retry-After, and shows the wait", async () => {
    const { clock, events, fake, forge, graph } = await startGitHubWorld();
    const sha = graph.add();
    const began = clock.now();
    fake.misbehave({ status: 403, headers: { "retry-after": "7" }, body: { message }, times: 1 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(clock.now() - began).toBe(7000);
    expect(events).toMatchObject([{ type: "rate-limited", waitMs: 7000 }]);
  });

  it("waits a minute after a secondary limit that names no time", async () => {
    const { clock, fake, forge, graph } = await startGitHubWorld({}, { retry: { longestDelayMs: 90_000 } });
    const sha = graph.add();
    const began = clock.now();
    fake.misbehave({ status: 403, body: { message }, times: 1 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(clock.now() - began).toBe(60_000);
  });

  it("waits a minute after a 429 that names no time", async () => {
    const { clock, fake, forge, graph } = await startGitHubWorld({}, { retry: { longestDelayMs: 90_000 } });
    const sha = graph.add();
    const began = clock.now();
    fake.misbehave({ status: 429, body: { message: "Too many requests" }, times: 1 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(clock.now() - began).toBe(60_000);
  });

  it("measures the primary limit's reset on the server's clock", async () => {
    const { clock, fake, forge, graph } = await startGitHubWorld();
    const sha = graph.add();
    const began = clock.now();
    const server = Date.UTC(2031, 0, 1);
    const headers = {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(server / 1000 + 20),
      date: new Date(server).toUTCString(),
    };
    fake.misbehave({ status: 429, headers, body: { message: "API rate limit exceeded" }, times: 1 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(clock.now() - began).toBe(20_000);
  });

  it("sends nothing at all until a longer pause is over", async () => {
    const { clock, events, fake, forge, graph } = await startGitHubWorld();
    const sha = graph.add();
    fake.misbehave({ status: 403, headers: { "retry-after": "600" }, body: { message }, times: 1 });
    expect(causeOf(await forge.head("main")).code).toBe("FORGE_RATE_LIMITED");
    expect(causeOf(await forge.variable("OFF"))).toMatchObject({ code: "FORGE_RATE_LIMITED", retryAfterMs: 600_000 });
    expect(fake.requests).toHaveLength(1);
    expect(events).toHaveLength(1);
    await clock.advance(600_000);
    expect(valueOf(await forge.head("main"))).toBe(sha);
  });

  it("is no lack of permission, and a lack of permission is no limit", async () => {
    const { fake, forge } = await startGitHubWorld();
    fake.misbehave({
      status: 403,
      headers: { "x-ratelimit-remaining": "4000" },
      body: { message: "Resource not accessible" },
    });
    expect(causeOf(await forge.variable("OFF")).code).toBe("FORGE_FORBIDDEN");
  });
});
