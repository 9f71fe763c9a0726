import { createHttp, createSender, type Http, type HttpResponse, parseCommitSha } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Forge } from "../ports/forge.ts";
import { gatePorts } from "../ports/gate-ports.ts";
import { createGiteaForge } from "../gitea/index.ts";
import { createGitHubForge } from "../github/index.ts";
import { type GateInput, passGate } from "../pass-gate.ts";
import { createMemoryGraph } from "./commit-graph.ts";
import type { ForgeFacts } from "./forge-facts.ts";
import { startGiteaFake } from "./gitea-fake.ts";
import { startGitHubFake } from "./github-fake.ts";
import type { HttpFake } from "./http-fake.ts";

/** Values that spoil one field of an answer; none of them could be true. */
const wrongs = [undefined, null, 0, {}];

/** One spoilt field of an answer. */
interface Spoil {
  readonly url: string;
  readonly place: number;
  readonly wrong: unknown;
}

/** A client that answers from what was recorded, with one field spoilt; what was not recorded is asked for. */
function spoiling(http: Http, recorded: ReadonlyMap<string, HttpResponse>, { url, place, wrong }: Spoil): Http {
  return {
    open: (request, signal) => http.open(request, signal),
    async request(request, signal) {
      const known = recorded.get(String(request.url)) ?? (await http.request(request, signal));
      return String(request.url) === url ? withBody(known, spoil(known.text(), place, wrong)) : known;
    },
  };
}

function withBody(response: HttpResponse, text: string): HttpResponse {
  return { ...response, bytes: new TextEncoder().encode(text), text: () => text };
}

/** Every field of a body, as what spoils it. Rows are not taken out: a forge that leaves rows out cannot be seen through. */
function fieldsOf(body: unknown): ((wrong: unknown) => void)[] {
  if (typeof body !== "object" || body === null) return [];
  return Object.entries(body).flatMap(([key, inner]) => {
    const set = (wrong: unknown): void => void ((body as Record<string, unknown>)[key] = wrong);
    return [...(Array.isArray(body) || Array.isArray(inner) ? [] : [set]), ...fieldsOf(inner)];
  });
}

function spoil(text: string, place: number, wrong: unknown): string {
  const body: unknown = JSON.parse(text);
  fieldsOf(body)[place]?.(wrong);
  return JSON.stringify(body);
}

const workflow = "name: E2E\non:\n  push:\n    branches: [main]\n    paths: ['server/**']\n";
const graph = createMemoryGraph();
const before = parseCommitSha(graph.add({ files: { ".github/workflows/e2e.yml": workflow } }));
const red = parseCommitSha(graph.add({ files: { "server/a.ts": "a" } }));
const due = parseCommitSha(graph.add({ files: { "server/b.ts": "b", "docs/b.md": "b" } }));

function seed(fake: ForgeFacts): void {
  for (const [from, after] of [
    [before, red],
    [red, due],
  ] as const)
    fake.addPush({ before: from, after, user: "mona" });
  for (const sha of [red, due]) fake.setStatus({ sha, context: "CI / lint (push)", state: "success" });
  for (const state of ["success", "pending", "failure"])
    fake.setStatus({ sha: red, context: "CI / build (push)", state });
  fake.setRun({ sha: red, file: "e2e.yml", status: "completed", conclusion: "success", event: "workflow_dispatch" });
  fake.setRun({ sha: red, file: "e2e.yml", status: "completed", conclusion: "failure" });
  fake.setWorkflow("e2e.yml", "active", "E2E");
}

const real = createHttp({ send: createSender(() => import("undici")) });
const starts = { GitHub: startGitHubFake, "Gitea 1.26": startGiteaFake } as const;

describe.each(Object.entries(starts))("%s with one field of its answers spoilt", (name, start) => {
  let fake: HttpFake & ForgeFacts;
  beforeAll(async () => {
    fake = await start({ graph });
    seed(fake);
  });
  afterAll(() => fake.close());

  const gate = async (http: Http, input: Partial<GateInput>): Promise<string> => {
    const clock = createFakeClock({ auto: true });
    const options = { url: fake.url, repository: "acme/core", http, clock, retry: { attempts: 1 } };
    const forge: Forge = name === "GitHub" ? createGitHubForge(options) : createGiteaForge(options);
    const ports = gatePorts(forge, clock, () => undefined);
    const verdict = await passGate({ commit: red, branch: "main", ...input }, ports);
    return verdict.kind === "go" ? "go" : verdict.outcome;
  };

  /** The fields that open the gate when they are spoilt. */
  const leaks = async (input: Partial<GateInput>): Promise<readonly string[]> => {
    const recorded = new Map<string, HttpResponse>();
    const recording: Http = {
      ...real,
      async request(request, signal) {
        const response = await real.request(request, signal);
        recorded.set(String(request.url), response);
        return response;
      },
    };
    expect(await gate(recording, input)).not.toBe("go");
    const readable = [...recorded].filter(([, { status }]) => status === 200);
    const spoils = readable.flatMap(([url, response]) =>
      fieldsOf(JSON.parse(response.text())).flatMap((_, place) => wrongs.map((wrong) => ({ url, place, wrong }))),
    );
    expect(spoils.length).toBeGreaterThan(50);
    const found: string[] = [];
    for (const spoilt of spoils) {
      if ((await gate(spoiling(real, recorded, spoilt), input)) === "go") found.push(JSON.stringify(spoilt));
    }
    return found;
  };

  it("never opens for a red check", async () => {
    expect(await leaks({ checks: ["CI / build (push)"] })).toEqual([]);
  });
  it("never opens for a red run, whatever the policy says of missing ones", async () => {
    expect(await leaks({ workflows: [{ file: "e2e.yml", whenAbsent: "proceed" }] })).toEqual([]);
  });
  it("never proves that a run is not due which is", async () => {
    expect(await leaks({ commit: due, workflows: [{ file: "e2e.yml" }] })).toEqual([]);
  });
});
