import { parseImageRef, systemClock } from "@lateen/kernel";
import { expect, test } from "vitest";
import { openRegistries, retag } from "../index.ts";
import { type FakeRegistry, seedImage } from "../testing/index.ts";
import type { SeededImage } from "../testing/seed-image.ts";
import { useRegistries } from "../../test/use-registries.ts";

const open = useRegistries();

const start = (referrers: boolean): Promise<FakeRegistry> => open({ referrers });

const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** A manifest that refers to `subject`, as `oras attach` makes it. */
function attach(registry: FakeRegistry, subject: string, text: string): string {
  const config = registry.store.addBlob("acme/platform", Buffer.from("{}"));
  const layer = registry.store.addBlob("acme/platform", Buffer.from(text));
  const described = (digest: string, size: number, mediaType: string) => ({ mediaType, digest, size });
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType: "application/spdx+json",
    config: described(config, 2, "application/vnd.oci.empty.v1+json"),
    layers: [described(layer, text.length, "application/spdx+json")],
    subject: described(subject, 1, manifestType),
  };
  return registry.store.addManifest("acme/platform", Buffer.from(JSON.stringify(manifest)), manifestType);
}

async function seeded(
  registry: FakeRegistry,
): Promise<{ image: SeededImage; sbom: string; childSbom: string; signature: string }> {
  const image = await seedImage(registry, { repository: "acme/platform", tags: ["one"], revision: "a".repeat(40) });
  const sbom = attach(registry, image.digest, "the sbom");
  const childSbom = attach(registry, image.platforms[0]?.digest ?? "", "the sbom of a platform");
  const signature = attach(registry, sbom, "a signature of the sbom");
  registry.store.setTag("acme/platform", `${image.digest.replace(":", "-")}.sig`, signature);
  return { image, sbom, childSbom, signature };
}

const run = (from: FakeRegistry, into: FakeRegistry, referrers: boolean) =>
  retag(
    {
      source: parseImageRef(`${from.host}/acme/platform:one`),
      targets: [parseImageRef(`${into.host}/acme/mirror:latest`)],
      referrers,
    },
    { registries: openRegistries(), clock: systemClock },
  );

test("what refers to the image, to a platform, and to what refers comes along, and cosign's tags", async () => {
  const [from, into] = [await start(true), await start(true)];
  const { image, sbom, childSbom, signature } = await seeded(from);
  expect(await run(from, into, true)).toMatchObject({ kind: "go" });
  const { manifests } = into.store.repository("acme/mirror");
  expect([sbom, childSbom, signature].every((digest) => manifests.has(digest))).toBe(true);
  expect(into.store.tag("acme/mirror", `${image.digest.replace(":", "-")}.sig`)).toBe(signature);
  expect(into.store.tag("acme/mirror", image.digest.replace(":", "-"))).toBeUndefined();
});

test("a registry without the API gets the list under its fallback tag, and one that has it there is read", async () => {
  const [from, middle, into] = [await start(true), await start(false), await start(false)];
  const { image, sbom } = await seeded(from);
  const tag = image.digest.replace(":", "-");
  expect(await run(from, middle, true)).toMatchObject({ kind: "go" });
  const index = middle.store.tag("acme/mirror", tag) ?? "";
  expect(JSON.parse(middle.store.repository("acme/mirror").manifests.get(index)?.bytes.toString() ?? "")).toMatchObject(
    { manifests: [{ digest: sbom }] },
  );
  const again = await retag(
    {
      source: parseImageRef(`${middle.host}/acme/mirror:latest`),
      targets: [parseImageRef(`${into.host}/acme/mirror:latest`)],
      referrers: true,
    },
    { registries: openRegistries(), clock: systemClock },
  );
  expect(again).toMatchObject({ kind: "go" });
  expect(into.store.tag("acme/mirror", tag)).toBe(index);
  expect(into.store.repository("acme/mirror").manifests.has(sbom)).toBe(true);
});

test("without the option nothing but the image is copied", async () => {
  const [from, into] = [await start(true), await start(true)];
  const { sbom } = await seeded(from);
  expect(await run(from, into, false)).toMatchObject({ kind: "go" });
  expect(into.store.repository("acme/mirror").manifests.has(sbom)).toBe(false);
});

test("a signature that cannot be read stops the copy before the tag is written", async () => {
  const [from, into] = [await start(true), await start(true)];
  const { signature } = await seeded(from);
  from.misbehave({
    when: ({ path }) => path.endsWith(signature) || path.endsWith(".sig"),
    fault: { kind: "body", change: (body) => Buffer.concat([body, Buffer.from(" ")]) },
  });
  expect(await run(from, into, true)).toMatchObject({ kind: "stop", outcome: "unknown" });
  expect(into.store.tag("acme/mirror", "latest")).toBeUndefined();
});

test("an image to which nothing belongs says so, and that other repositories were not looked at", async () => {
  const [from, into] = [await start(true), await start(true)];
  await seedImage(from, { repository: "acme/platform", tags: ["one"], revision: "a".repeat(40) });
  const { digest } = await seedImage(from, { repository: "acme/platform", tags: ["bare"], revision: "b".repeat(40) });
  const { repository } = parseImageRef(`${into.host}/acme/mirror`);
  const source = parseImageRef(`${from.host}/acme/platform@${digest}`);
  const verdict = await openRegistries().copyWithReferrers?.(source, repository);
  expect(verdict?.evidence.map(({ fact }) => fact)).toContain(
    `nothing in ${from.host}/acme/platform belongs to ${digest}; other repositories are not looked at`,
  );
  // cosign's COSIGN_REPOSITORY: what lies elsewhere is found by the digest, and the digest has stayed.
  expect(into.store.repository("acme/mirror").manifests.has(digest)).toBe(true);
});
