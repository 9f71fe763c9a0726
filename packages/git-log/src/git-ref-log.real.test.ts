import { secret } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGitRefLog, type GitRefLogOptions } from "./git-ref-log.ts";
import { causeOf, foundIn, headOf } from "./testing/git-log-world.ts";
import { type GiteaServer, startGitea } from "./testing/start-gitea.ts";

const program = process.env["LATEEN_REAL_GITEA"] ?? "";

describe.skipIf(program === "")("a log on Gitea", () => {
  let gitea: GiteaServer;
  let repositories = 0;
  beforeAll(async () => {
    gitea = await startGitea(program);
  });
  afterAll(() => gitea.close());

  /** A new repository with one commit on main. */
  const createRepository = async (): Promise<string> => {
    const name = `core-${++repositories}`;
    await gitea.api("POST", "/user/repos", { name, private: true, auto_init: true, default_branch: "main" });
    return name;
  };
  const open = (name: string, more: Partial<GitRefLogOptions> = {}) =>
    createGitRefLog({
      remote: `${gitea.url}/${gitea.user}/${name}.git`,
      ref: "refs/lateen/latest",
      token: secret(gitea.token),
      env: { PATH: process.env["PATH"] },
      ...more,
    });

  test("is absent, then keeps what was appended, for a second reader too", async () => {
    const name = await createRepository();
    const log = open(name);
    expect((await log.read()).kind).toBe("absent");
    const first = headOf(await log.append(null, { subject: "1", value: { n: 1 } }));
    const second = headOf(await log.append(first.id, { subject: "2", value: { n: 2 } }));
    expect(foundIn(await log.read())).toEqual(second);
    expect(foundIn(await open(name).entries({ limit: 10 }))).toEqual([second, first]);
  });

  test("of writers at the same time exactly one wins", async () => {
    const name = await createRepository();
    const first = headOf(await open(name).append(null, { subject: "1", value: 1 }));
    const answers = await Promise.all([1, 2, 3].map((value) => open(name).append(first.id, { subject: "2", value })));
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(["appended", "lost", "lost"]);
    expect(foundIn(await open(name).entries({ limit: 10 }))).toHaveLength(2);
  });

  test("a wrong token, no token and a token without the right to write are auth errors", async () => {
    const name = await createRepository();
    const body = { name: `reader-${name}`, scopes: ["read:repository"] };
    const reader = (await gitea.api("POST", `/users/${gitea.user}/tokens`, body)) as { readonly sha1: string };
    const draft = { subject: "1", value: 1 };
    expect(causeOf(await open(name, { token: secret("wrong") }).read())).toMatchObject({ category: "auth" });
    expect(causeOf(await open(name, { token: undefined }).read())).toMatchObject({ category: "auth" });
    const readOnly = open(name, { token: secret(reader.sha1) });
    expect((await readOnly.read()).kind).toBe("absent");
    expect(causeOf(await readOnly.append(null, draft))).toMatchObject({ category: "auth" });
    expect((await open(name).read()).kind).toBe("absent");
  });

  test("a repository that does not exist is unknown, never an empty log", async () => {
    expect((await open("missing").read()).kind).toBe("unknown");
  });

  test("a protected branch refuses the push, by name, and nothing changes", async () => {
    const name = await createRepository();
    const ref = "refs/heads/ledger";
    const clock = createFakeClock({ auto: true });
    await gitea.api("POST", `/repos/${gitea.user}/${name}/branch_protections`, {
      rule_name: "ledger",
      enable_push: false,
    });
    const cause = causeOf(await open(name, { ref, clock }).append(null, { subject: "1", value: 1 }));
    expect(cause).toMatchObject({ code: "GIT_PUSH_REFUSED", category: "state" });
    expect((await open(name, { ref }).read()).kind).toBe("absent");
  });

  test("a log that was deleted is not started again", async () => {
    const name = await createRepository();
    const ref = "refs/heads/ledger";
    const log = open(name, { ref });
    const first = headOf(await log.append(null, { subject: "1", value: 1 }));
    await gitea.api("DELETE", `/repos/${gitea.user}/${name}/branches/ledger`);
    expect(causeOf(await log.append(first.id, { subject: "2", value: 2 })).code).toBe("GIT_REF_VANISHED");
    expect((await log.read()).kind).toBe("absent");
  });
});
