import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { secret } from "@lateen/kernel";
import { createFakeClock, startScriptedServer } from "@lateen/kernel/testing";
import type { GitRefLogOptions } from "./git-ref-log.ts";
import { type GitCall, runGit } from "./git/run-git.ts";
import { type GitFault, type GitHttpServer, type GitRequest, startGitHttpServer } from "./testing/git-http-server.ts";
import {
  causeOf,
  createGitLogWorld,
  everythingOf,
  foundIn,
  type GitLogWorld,
  headOf,
  ref,
} from "./testing/git-log-world.ts";

const token = secret("s3cr3t-t0ken/with+signs");
const result = { "content-type": "application/x-git-upload-pack-result" };

let world: GitLogWorld;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  world = await createGitLogWorld();
});
afterEach(async () => {
  expect(await world.leftovers(), "scratch repositories left behind").toEqual([]);
  for (const close of closers.splice(0)) await close();
  await world.close();
});

describe("a log over HTTP", () => {
  let fault: ((request: GitRequest) => GitFault | undefined) | undefined;
  let server: GitHttpServer;

  beforeEach(async () => {
    fault = undefined;
    server = await startGitHttpServer({
      root: world.repository.root,
      credentials: { username: "x-access-token", password: token.reveal() },
      fault: (request) => fault?.(request),
    });
    closers.push(() => server.close());
  });
  const openHttp = (more: Partial<GitRefLogOptions> = {}) =>
    world.open({ remote: `${server.url}/core.git`, token, ...more });

  test("reads and appends with a token, and two writers are kept apart", async () => {
    expect(await openHttp().read()).toEqual({
      kind: "absent",
      proof: `${server.url}/core.git answered and has no ${ref}`,
    });
    const first = headOf(await openHttp().append(null, { subject: "1", value: 1 }));
    const answers = await Promise.all([1, 2].map((n) => openHttp().append(first.id, { subject: "2", value: n })));
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(["appended", "lost"]);
    expect(foundIn(await openHttp().entries({ limit: 5 }))).toHaveLength(2);
  });

  describe("a look at a log that is known", () => {
    const isLook = ({ method, path }: GitRequest) => method === "POST" && path.endsWith("/git-upload-pack");
    /** A log that has been read, and the programs that were started since. */
    const openKnown = async (more: Partial<GitRefLogOptions> = {}) => {
      headOf(await openHttp().append(null, { subject: "1", value: 1 }));
      const programs: string[] = [];
      const git = (call: GitCall) => {
        programs.push(call.args[0] ?? "");
        return runGit(call);
      };
      const log = openHttp({ git, ...more });
      foundIn(await log.read());
      programs.length = 0;
      return { log, programs, since: server.requests.length };
    };

    test("is one request, with the token, and no program", async () => {
      const { log, programs, since } = await openKnown();
      const entry = foundIn(await log.read());
      const second = headOf(await log.append(entry.id, { subject: "2", value: 2 }));
      expect(foundIn(await log.read())).toEqual(second);
      expect(programs).toEqual(["push"]);
      const looks = server.requests.slice(since).filter(isLook);
      expect(looks.map(({ path }) => path)).toEqual(["/core.git/git-upload-pack", "/core.git/git-upload-pack"]);
      expect(looks.every(({ authorization }) => authorization?.startsWith("Basic ") === true)).toBe(true);
    });

    test("sees the entry of another writer, and a log that was deleted", async () => {
      const { log, programs } = await openKnown();
      const first = foundIn(await log.read());
      const theirs = headOf(await openHttp().append(first.id, { subject: "2", value: "theirs" }));
      expect(foundIn(await log.read())).toEqual(theirs);
      expect(programs).toEqual(["fetch", "cat-file"]);
      await world.repository.setRef(ref, null);
      expect(await log.read()).toMatchObject({ kind: "absent" });
    });

    test.each<[string, GitFault]>([
      ["503", { status: 503 }],
      ["404", { status: 404, body: "not found" }],
      ["a page", { status: 200, headers: { "content-type": "text/html" }, body: "<html>log in</html>" }],
      ["a list that ends too early", { status: 200, headers: result, body: `003f${"1".repeat(40)} ${ref}\n` }],
      ["a list of something else", { status: 200, headers: result, body: "000dversion 20000" }],
      ["a line without an end", { status: 200, headers: result, body: "zzzz" }],
      ["the connection reset", "reset"],
    ])("is left to git, once and for all, after %s", async (_name, answer) => {
      const { log, programs } = await openKnown();
      let looks = 0;
      fault = (request) => (isLook(request) && looks++ === 0 ? answer : undefined);
      const entry = foundIn(await log.read());
      expect(entry.value).toBe(1);
      expect(programs).toEqual(["ls-remote"]);
      foundIn(await log.read());
      expect(programs).toEqual(["ls-remote", "ls-remote"]);
    });

    test("takes the token to no other server", async () => {
      const elsewhere = await startScriptedServer(() => ({ body: "0000" }));
      closers.push(() => elsewhere.close());
      const { log } = await openKnown();
      let looks = 0;
      fault = (request) =>
        isLook(request) && looks++ === 0 ? { status: 307, headers: { location: elsewhere.url } } : undefined;
      foundIn(await log.read());
      expect(elsewhere.requests).toEqual([]);
    });

    test.each([
      ["a proxy", { env: { PATH: process.env["PATH"], no_proxy: "127.0.0.1", https_proxy: "http://127.0.0.1:9" } }],
      ["certificates of its own", { env: { PATH: process.env["PATH"], SSL_CERT_DIR: "/etc/ssl/certs" } }],
    ])("is left to git, which knows the way, if there is %s", async (_name, more) => {
      const { log, programs } = await openKnown(more);
      foundIn(await log.read());
      expect(programs).toEqual(["ls-remote"]);
    });
  });

  test.each([
    ["a wrong token", secret("wrong")],
    ["no token", undefined],
  ])("%s is an auth error without a prompt", async (_, given) => {
    const cause = causeOf(await openHttp({ token: given }).read());
    expect(cause).toMatchObject({ code: "GIT_AUTH", category: "auth", retryable: false });
    expect(causeOf(await openHttp({ token: given }).append(null, { subject: "1", value: 1 })).category).toBe("auth");
    expect(await world.repository.head(ref)).toBeUndefined();
  });

  test("a token that may read but not write is an auth error, and nothing is sent twice", async () => {
    fault = ({ path }) => (path.includes("git-receive-pack") ? { status: 403 } : undefined);
    expect(causeOf(await openHttp().append(null, { subject: "1", value: 1 })).category).toBe("auth");
    expect(server.requests.filter(({ path }) => path.includes("receive-pack"))).toHaveLength(1);
  });

  test.each([
    "This repo is archived. You can view files and clone it, but cannot push or open issues/pull-requests.",
    "This repository was archived so it is read-only.",
  ])("an archived repository is no lack of permission: %s", async (body) => {
    const archived = { status: 403, headers: { "content-type": "text/plain;charset=utf-8" }, body };
    fault = ({ path }) => (path.includes("git-receive-pack") ? archived : undefined);
    const cause = causeOf(await openHttp().append(null, { subject: "1", value: 1 }));
    expect(cause).toMatchObject({ code: "GIT_PUSH_REFUSED", category: "state", retryable: false });
    expect(cause.message).toContain("archived");
  });

  test("a push whose answer got lost counts as appended once the log shows it", async () => {
    const first = headOf(await openHttp().append(null, { subject: "1", value: 1 }));
    let pushes = 0;
    // libcurl itself sends a request again whose connection was reset: the second one finds the ref moved.
    fault = ({ isPush }) => (isPush && ++pushes === 1 ? "reset-after" : undefined);
    const second = headOf(await openHttp().append(first.id, { subject: "2", value: 2 }));
    expect(pushes).toBeGreaterThan(0);
    expect(foundIn(await openHttp().entries({ limit: 5 }))).toEqual([second, first]);
  });

  test("a push that never arrived is sent again and lands once", async () => {
    let pushes = 0;
    fault = ({ isPush }) => (isPush && ++pushes === 1 ? "reset" : undefined);
    headOf(await openHttp({ clock: createFakeClock({ auto: true }) }).append(null, { subject: "1", value: 1 }));
    expect(pushes).toBe(2);
    expect(foundIn(await openHttp().entries({ limit: 5 }))).toHaveLength(1);
  });

  test("an entry that a later one was built upon counts as appended", async () => {
    let first = true;
    fault = ({ isPush }) => (isPush && first ? "reset-after" : undefined);
    const git = async (call: GitCall) => {
      const output = await runGit(call);
      if (call.args[0] === "push" && first) {
        first = false;
        const ours = (await world.repository.head(ref)) ?? null;
        headOf(await world.open().append(ours, { subject: "by another", value: 2 }));
      }
      return output;
    };
    expect(headOf(await openHttp({ git }).append(null, { subject: "1", value: 1 })).position).toBe(1);
    expect(foundIn(await world.open().read()).position).toBe(2);
  });

  test("a push and a look that both fail are unknown, whatever the server did", async () => {
    let pushed = false;
    fault = ({ isPush }) => {
      pushed ||= isPush;
      return isPush ? "reset-after" : pushed ? { status: 502 } : undefined;
    };
    const cause = causeOf(await openHttp().append(null, { subject: "1", value: 1 }));
    expect(cause).toMatchObject({ category: "unavailable" });
  });

  test("a server that goes on failing is unknown after three pushes", async () => {
    let pushes = 0;
    fault = ({ isPush }) => (isPush && ++pushes > 0 ? { status: 500 } : undefined);
    const cause = causeOf(
      await openHttp({ clock: createFakeClock({ auto: true }) }).append(null, { subject: "1", value: 1 }),
    );
    expect(cause.code).toBe("GIT_UNREACHABLE");
    expect(pushes).toBe(3);
  });

  test("a redirect is not followed, neither with nor without the token", async () => {
    const elsewhere = await startScriptedServer(() => ({ status: 500 }));
    closers.push(() => elsewhere.close());
    fault = ({ path }) => ({ status: 302, headers: { location: elsewhere.url + path } });
    expect((await openHttp().read()).kind).toBe("unknown");
    expect(elsewhere.requests).toEqual([]);
  });

  test("neither arguments nor errors show the token; git gets it for this origin only", async () => {
    const calls: GitCall[] = [];
    const basic = Buffer.from(`x-access-token:${token.reveal()}`).toString("base64");
    const git = async (call: GitCall) => {
      calls.push(call);
      const output = await runGit(call);
      const stderr = `remote: ${token.reveal()} ${basic}\nfatal: it said ${token.reveal()} and ${basic}\n`;
      return call.args[0] === "fetch" ? { ...output, code: 128, stderr } : output;
    };
    const cause = causeOf(await openHttp({ git }).read());
    expect(everythingOf(cause)).not.toMatch(/s3cr3t/);
    expect(everythingOf(cause)).not.toContain(basic);
    expect(cause.message).toContain("it said [secret] and [secret]");
    expect(JSON.stringify(calls.map(({ args }) => args))).not.toMatch(/s3cr3t/);
    expect(Object.values(calls[0]?.env ?? {})).toContain(`http.${server.url}/.extraHeader`);
  });

  test("a page that is not git's is no proof of absence, be it empty or HTML", async () => {
    for (const body of ["", "<!doctype html><title>Sign in</title>", "0000"]) {
      fault = () => ({ status: 200, headers: { "content-type": "text/plain" }, body });
      expect(causeOf(await openHttp().read()).category).toBe("unavailable");
    }
  });

  test("a missing repository is unknown, not an empty log", async () => {
    expect(causeOf(await openHttp({ remote: `${server.url}/other.git` }).read()).code).toBe("GIT_UNREACHABLE");
    expect(causeOf(await world.open({ remote: join(world.repository.root, "other.git") }).read()).code).toBe(
      "GIT_UNREACHABLE",
    );
  });
});
