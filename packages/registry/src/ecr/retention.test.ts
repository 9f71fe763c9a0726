import { parseImageRef } from "@lateen/kernel";
import { afterEach, expect, test } from "vitest";
import { openRegistries } from "../open-registries.ts";
import { keys } from "../testing/ecr-test-world.ts";
import { startEcr, startRegistry } from "../testing/index.ts";
import { decideLifecycle, lifecyclePolicySchema } from "./decide-lifecycle.ts";
import { lifecycleTable } from "../../test/tables/decide-lifecycle.table.ts";
import type { FakeEcr } from "../testing/start-ecr.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

test.each(lifecycleTable)("$title: $tags are $answer", ({ rules, tags, answer }) => {
  const image = Map.groupBy(tags, (tag) => /latest|release/.exec(tag)?.[0] ?? "build");
  const byUse = {
    moved: image.get("latest") ?? [],
    pins: image.get("release") ?? [],
    builds: image.get("build") ?? [],
  };
  expect(decideLifecycle(lifecyclePolicySchema.parse({ rules }), byUse)?.rule ?? "kept").toBe(answer);
});

const everyImage = {
  rulePriority: 1,
  selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 5 },
  action: { type: "expire" },
};

const latest = { moved: ["latest"], pins: [], builds: [] };

async function start(): Promise<FakeEcr> {
  const ecr = await startEcr({ repositories: { "acme/platform": { lifecycle: [everyImage] }, "acme/kept": {} } });
  closing.push(ecr.close);
  return ecr;
}

const ask = (ecr: FakeEcr, path: string): ReturnType<ReturnType<typeof openRegistries>["retention"] & {}> =>
  openRegistries({ registries: { [ecr.host]: { endpoint: ecr.url } }, env: keys }).retention?.(
    parseImageRef(`${ecr.host}/${path}`).repository,
    latest,
  ) ?? Promise.reject(new Error("it cannot be asked"));

test("the rule that will delete an image is found over the API; no policy and no repository are absence", async () => {
  const ecr = await start();
  expect(await ask(ecr, "acme/platform")).toMatchObject({
    kind: "found",
    value: { action: "deletes", rule: "rule 1 deletes images beyond the newest 5" },
  });
  expect(await ask(ecr, "acme/kept")).toMatchObject({
    kind: "absent",
    proof: expect.stringContaining("no lifecycle policy"),
  });
  expect(await ask(ecr, "acme/other")).toMatchObject({ kind: "absent" });
});

test.each([
  ["a policy of another shape", { kind: "output", change: () => ({ lifecyclePolicyText: '{"rules":[{}]}' }) }],
  ["no text", { kind: "output", change: () => ({}) }],
  ["no permission", { kind: "exception", name: "AccessDeniedException" }],
] as const)("%s is unknown, never kept", async (_name, fault) => {
  const ecr = await start();
  ecr.misbehave({ operation: "GetLifecyclePolicy", fault });
  expect((await ask(ecr, "acme/platform"))?.kind).toBe("unknown");
});

test("a registry without rules that can be read has no answer", async () => {
  const registry = await startRegistry();
  closing.push(registry.close);
  const { repository } = parseImageRef(`${registry.host}/acme/platform`);
  expect(await openRegistries().retention?.(repository, latest)).toBeUndefined();
});
