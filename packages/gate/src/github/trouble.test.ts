import { parseCommitSha, secret } from "@lateen/kernel";
import { afterEach, describe, expect, it } from "vitest";
import { causeOf, closeGitHubWorlds, startGitHubWorld, valueOf } from "../testing/github-world.ts";
import { htmlPage } from "../testing/http-fake.ts";

afterEach(closeGitHubWorlds);

describe("trouble", () => {
  const passing = [
    ["a gateway's 502", { status: 502, body: "<html>Bad Gateway</html>" }],
    ["a 500", { status: 500, body: { message: "oops" } }],
    ["a page of HTML", htmlPage],
    ["JSON that ends half-way", { body: '{"commit":{"sha":"abc' }],
    ["a body that is cut off", { body: "{}".repeat(100), fault: "truncate" as const }],
    ["a reset", { fault: "reset" as const }],
  ] as const;

  it.each(passing)("%s passes", async (_, wrong) => {
    const { events, fake, forge, graph } = await startGitHubWorld();
    const sha = graph.add();
    // Octokit's own plugin sends some of them again before the client does.
    fake.misbehave({ ...wrong, times: 2 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(events.map(({ type }) => type)).toContain("request-retried");
  });

  it.each(passing)("%s that stays is unknown, never absent", async (_, wrong) => {
    const { fake, forge, graph } = await startGitHubWorld({}, { retry: { attempts: 2 } });
    const sha = parseCommitSha(graph.add());
    fake.misbehave(wrong);
    for (const reading of await Promise.all([
      forge.head("main"),
      forge.checks(sha),
      forge.variable("OFF"),
      forge.workflow("e2e.yml"),
      forge.push(sha, "main"),
      forge.runs(sha, "e2e.yml"),
    ])) {
      expect(causeOf(reading).category).toBe("unavailable");
    }
  });

  it("JSON of another kind is unknown at once", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    graph.add();
    fake.misbehave({ body: { hello: "world" } });
    expect(causeOf(await forge.head("main")).code).toBe("HTTP_UNEXPECTED_BODY");
    expect(fake.requests).toHaveLength(1);
  });

  it("an answer that could not be understood is not remembered", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = graph.add();
    const end = fake.misbehave({ body: { hello: "world" }, headers: { etag: '"x"' } });
    await forge.head("main");
    end();
    expect(valueOf(await forge.head("main"))).toBe(sha);
  });

  it("a hidden repository is not a branch that is absent", async () => {
    const { forge } = await startGitHubWorld({}, { repository: "acme/hidden" });
    expect(causeOf(await forge.head("main")).code).toBe("FORGE_NOT_FOUND");
  });

  it("a token that is not accepted is an error of its own, and is not shown", async () => {
    const token = secret("ghp_wrongwrongwrongwrongwrong1234567890");
    const { fake, forge, graph } = await startGitHubWorld({ token: "right" }, { token });
    const sha = parseCommitSha(graph.add());
    const cause = causeOf(await forge.checks(sha));
    expect(cause).toMatchObject({ code: "FORGE_UNAUTHORIZED", category: "auth" });
    fake.misbehave({ status: 401, body: { message: `bad token ${token.reveal()}` } });
    const echoed = causeOf(await forge.head("main"));
    for (const error of [cause, echoed])
      expect(
        JSON.stringify([error.message, error.why, error.fix, String(error.stack), error.cause ?? ""]),
      ).not.toContain("ghp_");
    expect(echoed.why).toContain("[secret]");
  });

  it("sends the token to no other host", async () => {
    const { fake: other } = await startGitHubWorld();
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    fake.setStatus({ sha, context: "license", state: "success" });
    fake.misbehave({
      on: /branches/,
      status: 301,
      headers: { location: `${other.url}/repos/acme/core/branches/main` },
      body: {},
    });
    expect(causeOf(await forge.head("main")).code).toBe("FORGE_UNAVAILABLE");
    fake.misbehave({
      on: /commits\/[^/]+\/statuses\?per_page=100$/,
      times: 1,
      headers: { link: `<${other.url}/repos/acme/core/commits/${sha}/statuses?per_page=100&page=2>; rel="next"` },
      body: "[]",
    });
    expect(valueOf(await forge.checks(sha))).toHaveLength(1);
    expect(other.requests).toEqual([]);
  });

  it("follows a repository that was renamed", async () => {
    const { fake, forge, graph } = await startGitHubWorld({ repository: "acme/new" }, { repository: "acme/old" });
    const sha = graph.add();
    fake.misbehave({
      on: /acme\/old/,
      status: 301,
      headers: { location: "/api/v3/repos/acme/new/branches/main" },
      body: { message: "Moved Permanently" },
    });
    expect(valueOf(await forge.head("main"))).toBe(sha);
  });

  it("a list without end ends", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    fake.misbehave({
      on: /activity/,
      headers: { link: `<${fake.api}/repos/acme/core/activity?again>; rel="next"` },
      body: "[]",
    });
    expect(causeOf(await forge.push(sha, "main")).code).toBe("FORGE_LIST_TOO_LONG");
  });

  it("can be called off", async () => {
    const { fake, forge, graph } = await startGitHubWorld({}, { retry: { attempts: 1 } });
    graph.add();
    fake.misbehave({ delayMs: 5000 });
    await expect(forge.head("main", AbortSignal.timeout(30))).rejects.toMatchObject({ category: "interrupted" });
  });
});
