import { afterEach, expect, test } from "vitest";
import { createMemoryGraph } from "../testing/commit-graph.ts";
import { startGiteaFake } from "../testing/gitea-fake.ts";
import { createGiteaForge } from "./create-gitea-forge.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

async function start(options: Partial<Parameters<typeof startGiteaFake>[0]>) {
  const fake = await startGiteaFake({ graph: createMemoryGraph(), ...options });
  closers.push(fake.close);
  return {
    fake,
    forge: createGiteaForge({ url: fake.url, repository: fake.repository, retry: { attempts: 1 } }),
  };
}

test.each([
  { version: "1.26.4", forgejo: "15.0.0", named: "1.26.4" },
  { version: "1.22.6", forgejo: undefined, named: "1.22.6" },
  { version: "1.22.0", forgejo: "7.0.16+gitea-1.22.0", named: "7.0.16+gitea-1.22.0" },
  { version: "1.21.11+dev", forgejo: "7.0.0", named: "7.0.0+gitea-1.21.11" },
  { version: "11.0.1+gitea-1.22.0", forgejo: "x", named: "11.0.1+gitea-1.22.0" },
  { version: "what?", forgejo: "x", named: "what?" },
])("$version, by its own name $forgejo, is $named", async ({ version, forgejo, named }) => {
  const { forge } = await start({ version, ...(forgejo === undefined ? {} : { forgejo }) });
  expect(await forge.version()).toEqual({ kind: "found", value: named });
});

test.each([
  { what: "a version that is hidden", on: /api\/v1\/version/, answer: { status: 404 }, kind: "absent" },
  { what: "a token that may not read it", on: /api\/v1\/version/, answer: { status: 403 }, kind: "unknown" },
  { what: "a server that fails", on: /api\/v1\/version/, answer: { status: 500 }, kind: "unknown" },
  { what: "a web page", on: /api\/v1\/version/, answer: { status: 200, body: "<html>" }, kind: "unknown" },
  { what: "an own name that a login hides", on: /forgejo/, answer: { status: 303 }, kind: "found" },
  { what: "an own name that cannot be read now", on: /forgejo/, answer: { status: 503 }, kind: "unknown" },
])("$what is $kind", async ({ on, answer, kind }) => {
  const { fake, forge } = await start({ version: "1.22.0", forgejo: "7.0.0" });
  fake.misbehave({ on, body: "", ...answer });
  expect(await forge.version()).toMatchObject({ kind });
});
