import { createHttp, createSender, type Http, type HttpResponse, parseCommitSha } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Forge } from "../forge.ts";
import { gatePorts } from "../gate-ports.ts";
import { createGiteaForge } from "../gitea/index.ts";
import { createGitHubForge } from "../github/index.ts";
import { type GateInput, passGate } from "../pass-gate.ts";
import { createMemoryGraph } from "./commit-graph.ts";
import type { ForgeFacts } from "./forge-facts.ts";
import { startGiteaFake } from "./gitea-fake.ts";
import { startGitHubFake } from "./github-fake.ts";
import type { HttpFake } from "./http-fake.ts";

/** How one field of an answer is spoilt; what it says is never replaced by something else that could be true. */
const wrongs = [undefined, null, 0, -1, "", "�", [], {}, true, "x".repeat(5000)];

/** One spoilt field: of every answer to the n-th address that is asked for, at a place and in a way. */
interface Spoil {
  readonly address: number;
  readonly place: number;
  readonly wrong: number;
}

/** A client that spoils one field of the answers of one address. */
function spoiling(http: Http, { address, place, wrong }: Spoil): Http {
  const addresses: string[] = [];
  return {
    open: (request, signal) => http.open(request, signal),
    async request(request, signal) {
      const { "if-none-match": _, ...headers } = request.headers ?? {};
      const response = await http.request({ ...request, headers }, signal);
      const path = new URL(String(request.url)).pathname;
      if (!addresses.includes(path)) addresses.push(path);
      return addresses.indexOf(path) === address && response.status === 200
        ? withBody(response, spoil(response.text(), place, wrong))
        : response;
    },
  };
}

function withBody(response: HttpResponse, text: string): HttpResponse {
  return { ...response, bytes: new TextEncoder().encode(text), text: () => text };
}

function spoil(text: string, place: number, wrong: number): string {
  const body: unknown = JSON.parse(text);
  const places: (() => void)[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      // Rows are not taken out and counts stay: a forge that leaves rows out without a trace cannot be seen through.
      if (!Array.isArray(value))
        places.push(() => void ((value as Record<string, unknown>)[key] = wrongs[wrong % wrongs.length]));
      walk(inner);
    }
  };
  walk(body);
  places[place % Math.max(1, places.length)]?.();
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
  const spoils = fc.record({ address: fc.nat(8), place: fc.nat(200), wrong: fc.nat(wrongs.length - 1) });
  const check = async (input: Partial<GateInput>, runs: number): Promise<void> => {
    const property = fc.asyncProperty(spoils, async (spoilt) => {
      expect(await gate(spoiling(real, spoilt), input)).not.toBe("go");
    });
    await fc.assert(property, { numRuns: runs, endOnFailure: true });
  };

  it("never opens for a red check", () => check({ checks: ["CI / build (push)"] }, 120));
  it("never opens for a red run, whatever the policy says of missing ones", () =>
    check({ workflows: [{ file: "e2e.yml", whenAbsent: "proceed" }] }, 120));
  it("never proves that a run is not due which is", () =>
    check({ commit: due, workflows: [{ file: "e2e.yml" }] }, 200));
});
