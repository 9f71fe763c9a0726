import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createGiteaForge } from "@lateen/gate/gitea";
import { type describeForgeContract, type ForgeFacts, type openGitGraph, startHttpFake } from "@lateen/gate/testing";
import type { GitRepository, startGitea } from "@lateen/git-log/testing";
import type { RecordedRequest, ScriptedReply } from "@lateen/kernel/testing";

type GiteaServer = Awaited<ReturnType<typeof startGitea>>;

type CommitGraph = ReturnType<typeof openGitGraph>;

type Open = Parameters<typeof describeForgeContract>[1];
type Subject = Awaited<ReturnType<Open>>;
type ContractGraph = Parameters<Open>[0]["graph"];
type NewCommit = NonNullable<Parameters<ContractGraph["add"]>[0]>;

/** A graph whose commits are in a git repository. */
export function createGitBackedGraph(repository: GitRepository, reads: CommitGraph): ContractGraph {
  let minutes = 0;
  const git = (args: readonly string[], input = ""): string =>
    execFileSync("git", ["-C", repository.path, ...args], { input, encoding: "utf8" }).trim();
  const headOf = (branch: string): string => git(["for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`]);
  return {
    ...reads,
    add({
      branch = "main",
      message = "change",
      files = { [`file-${++minutes}.txt`]: message },
      parents,
    }: NewCommit = {}) {
      const head = headOf(branch);
      const from = parents ?? (head === "" ? [] : [head]);
      git(["fast-import", "--quiet", "--force"], importStream(branch, message, from, files, ++minutes));
      return headOf(branch);
    },
    move: (branch, sha) =>
      void git(["update-ref", ...(sha === undefined ? ["-d"] : []), `refs/heads/${branch}`, sha ?? ""]),
  };
}

/** Source: git-fast-import(1), "INPUT FORMAT". */
function importStream(
  branch: string,
  message: string,
  parents: readonly string[],
  files: Readonly<Record<string, string | null>>,
  minute: number,
): string {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const [first, ...merged] = parents;
  const from = first === undefined ? "" : [`from ${first}`, ...merged.map((sha) => `merge ${sha}`), ""].join("\n");
  const changes = Object.entries(files).map(([path, text]) =>
    text === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(text)}`,
  );
  const reset = first === undefined ? `reset refs/heads/${branch}\n\n` : "";
  const person = `Ada Example <ada@example.com> ${1_780_000_000 + minute * 60} +0000`;
  return `${reset}commit refs/heads/${branch}\nauthor ${person}\ncommitter ${person}\n${data(message)}${from}${changes.join("")}\n`;
}

/**
 * A repository on a real Gitea as the subject of the forge contract, behind a proxy that can misbehave. Facts are set in the order in
 * which they come, and are all there before a read of the forge is sent. Runs cannot be set: they are left to the pipeline's own tests.
 */
export async function openGiteaSubject(
  gitea: GiteaServer,
  name: string,
  git: GitRepository,
  token?: string,
): Promise<Subject> {
  await gitea.api("POST", "/user/repos", { name, default_branch: "main" });
  const repository = `${gitea.user}/${name}`;
  const remote = `${gitea.url.replace("://", `://${gitea.user}:${gitea.password}@`)}/${repository}.git`;
  const proxy = await startHttpFake({ etags: false, answer: (request) => forward(request, gitea, token) });
  const api = (method: string, path: string, body?: unknown) => gitea.api(method, `/repos/${repository}${path}`, body);
  let pushed = "";
  const push = async (): Promise<void> => {
    const refs = await git.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads");
    if (refs === pushed) return;
    await git.git("push", "--quiet", "--force", remote, "refs/heads/*:refs/heads/*");
    const main = await git.head("refs/heads/main");
    const moved = main !== undefined && !pushed.includes(main);
    pushed = refs;
    // Pushes are handled in a queue: until then the repository is empty to the API, and its activities lack them.
    if (moved) await untilHandled(() => api("GET", "/activities/feeds?limit=5"), main);
  };
  let queue: Promise<unknown> = Promise.resolve();
  let ids = 0;
  const then = (act: () => Promise<unknown>): number => {
    queue = queue.then(push).then(act);
    return ++ids;
  };
  const runsItself = (): never => {
    throw new Error("a real Gitea makes its runs itself");
  };
  const facts: ForgeFacts = {
    setStatus: ({ sha, context, state, description, targetUrl }) =>
      then(() => api("POST", `/statuses/${sha}`, { context, state, description, target_url: targetUrl })),
    setRun: runsItself,
    endDispatch: runsItself,
    dispatches: [],
    setVariable: (variable, value) =>
      void then(async () => {
        const path = `/actions/variables/${variable}`;
        const known = await api("GET", path).catch(() => undefined);
        if (value === undefined) await api("DELETE", path);
        else await api(known === undefined ? "POST" : "PUT", path, { value });
      }),
    addPush: () => void then(() => Promise.resolve()),
    addImage: (path, linked) => void then(() => pushImage(gitea, path, linked)),
    setWorkflow: (file, state) =>
      void then(() => api("PUT", `/actions/workflows/${file}/${state === "active" ? "enable" : "disable"}`)),
  };
  const settle = async (): Promise<void> => {
    await queue;
    await push();
  };
  return {
    home: { owner: gitea.user, repository },
    fake: { ...proxy, requests: proxy.requests, ...facts },
    connect: (given) => {
      const retry = { firstDelayMs: 1, attempts: 3 };
      const forge = createGiteaForge({ url: proxy.url, repository, token: given, retry });
      return new Proxy(forge, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key);
          if (typeof value !== "function" || key === "urlOf") return value;
          return async (...args: readonly unknown[]): Promise<unknown> => {
            await settle();
            return Reflect.apply(value, target, args) as unknown;
          };
        },
      });
    },
  };
}

/** An image without layers, linked to a repository as its owner does it. Source: the OCI distribution specification, "Push". */
async function pushImage({ url, user, password, api }: GiteaServer, path: string, linked?: string): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const send = async (method: string, rest: string, type: string, body: string): Promise<void> => {
    const response = await fetch(`${url}/v2/${path}${rest}`, {
      method,
      headers: { authorization, "content-type": type },
      body,
    });
    if (!response.ok) throw new Error(`${method} ${rest}: ${response.status} ${await response.text()}`);
  };
  const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } });
  const digest = `sha256:${createHash("sha256").update(config).digest("hex")}`;
  await send("POST", `/blobs/uploads/?digest=${digest}`, "application/octet-stream", config);
  const configType = "application/vnd.oci.image.config.v1+json";
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const about = { mediaType: configType, digest, size: config.length };
  await send(
    "PUT",
    "/manifests/1",
    mediaType,
    JSON.stringify({ schemaVersion: 2, mediaType, config: about, layers: [] }),
  );
  if (linked === undefined) return;
  const [owner = "", name = ""] = path.split("/");
  await api("POST", `/packages/${owner}/container/${name}/-/link/${linked.split("/")[1] ?? ""}`);
}

async function untilHandled(activities: () => Promise<unknown>, sha: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (JSON.stringify(await activities()).includes(sha)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the push of ${sha} was not handled`);
}

/** Hands a request on; the token of the contract, or none if it asks for none, is the administrator's. */
async function forward(
  request: RecordedRequest,
  gitea: GiteaServer,
  token: string | undefined,
): Promise<ScriptedReply> {
  const given = request.headers["authorization"];
  const isLetIn = token === undefined ? given === undefined : given === `token ${token}`;
  const authorization = isLetIn ? `token ${gitea.token}` : (given ?? "");
  const response = await fetch(`${gitea.url}${request.path}`, { method: request.method, headers: { authorization } });
  const headers = [...response.headers].filter(([name]) => /^(?:content-type|x-total-count|link)$/.test(name));
  return { status: response.status, headers: Object.fromEntries(headers), body: await response.text() };
}
