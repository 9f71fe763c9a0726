import { parseImageRef } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { afterEach, expect, test } from "vitest";
import { openRegistries } from "../open-registries.ts";
import { retag } from "../retag.ts";
import { keys } from "../testing/ecr-test-world.ts";
import { type FakeRegistry, seedImage, startEcr, startRegistry } from "../testing/index.ts";
import type { FakeEcr } from "../testing/start-ecr.ts";

// docs.aws.amazon.com, "Repository creation templates": with CREATE_ON_PUSH a push makes the repository that it names.
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

async function start(createOnPush: boolean): Promise<{ ecr: FakeEcr; source: FakeRegistry; digest: string }> {
  const [ecr, source] = await Promise.all([startEcr({ createOnPush }), startRegistry()]);
  closing.push(ecr.close, source.close);
  const { digest } = await seedImage(source, {
    repository: "acme/platform",
    tags: ["candidate"],
    revision: "a".repeat(40),
    attestations: true,
  });
  return { ecr, source, digest };
}

const open = ({ host, url }: FakeEcr): ReturnType<typeof openRegistries> =>
  openRegistries({ registries: { [host]: { endpoint: url } }, env: keys });

test("a repository that does not exist yet is no refusal: nothing is there, and a push makes it", async () => {
  const { ecr, source, digest } = await start(true);
  const registries = open(ecr);
  const target = parseImageRef(`${ecr.host}/acme/fresh:latest`);
  const image = await registries.manifest(parseImageRef(`${source.host}/acme/platform:candidate`));
  if (image.kind !== "found") throw new Error("the image is not there");
  expect(await registries.resolve(target)).toMatchObject({ kind: "absent" });
  expect(await registries.preflight(target.repository, image.value, ["latest"])).toMatchObject({
    kind: "go",
    value: { permission: "unproven" },
  });
  const verdict = await retag(
    { source: parseImageRef(`${source.host}/acme/platform:candidate`), targets: [target] },
    { registries, clock: createFakeClock({ auto: true }) },
  );
  expect(verdict).toMatchObject({ kind: "go", value: { images: [{ tags: [{ action: "created", after: digest }] }] } });
  expect(ecr.store.tag("acme/fresh", "latest")).toBe(digest);
});

test("without that setting the repository that is missing is named", async () => {
  const { ecr, source } = await start(false);
  const target = parseImageRef(`${ecr.host}/acme/fresh:latest`);
  const verdict = await retag(
    { source: parseImageRef(`${source.host}/acme/platform:candidate`), targets: [target] },
    { registries: open(ecr), clock: createFakeClock({ auto: true }) },
  );
  expect(verdict).toMatchObject({ kind: "stop", outcome: "refused", reason: expect.stringContaining("acme/fresh") });
});
