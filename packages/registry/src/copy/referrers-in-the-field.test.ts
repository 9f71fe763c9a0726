import { createHash } from "node:crypto";
import { type ImageRef, parseImageRef, type Repository } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import { openRegistries } from "../open-registries.ts";
import { seedImage } from "../testing/seed-image.ts";
import { type FakeRegistry, type RegistryQuirks } from "../testing/start-registry.ts";
import { useRegistries } from "../../test/use-registries.ts";

const open = useRegistries();

const clock = createScaledClock({ factor: 50 });
const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

const start = (quirks: RegistryQuirks = {}, referrers = true): Promise<FakeRegistry> => open({ quirks, referrers });

/** Stores a signature of `subject`; answers with its descriptor as a list has it. */
function sign({ store }: FakeRegistry, subject: string): Record<string, unknown> & { readonly digest: string } {
  const config = store.addBlob("acme/platform", Buffer.from("{}"));
  const empty = { mediaType: "application/vnd.oci.empty.v1+json", digest: config, size: 2 };
  const artifactType = "application/vnd.dev.sigstore.bundle.v0.3+json";
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType,
    config: empty,
    layers: [empty],
    subject: { mediaType: manifestType, digest: subject, size: 1 },
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = store.addManifest("acme/platform", bytes, manifestType);
  return { mediaType: manifestType, digest, size: bytes.length, artifactType, annotations: { "acme.by": "robot" } };
}

function listUnderTag({ store }: FakeRegistry, subject: string, manifests: readonly object[]): void {
  const index = { schemaVersion: 2, mediaType: indexType, manifests };
  store.addManifest("acme/platform", Buffer.from(JSON.stringify(index)), indexType, subject.replace(":", "-"));
}

interface World {
  readonly from: FakeRegistry;
  readonly into: FakeRegistry;
  readonly source: ImageRef;
  readonly target: Repository;
  readonly digest: string;
}

async function world(source: RegistryQuirks = {}, target: RegistryQuirks = {}, api = true): Promise<World> {
  const [from, into] = [await start(source, api), await start(target, api)];
  const { digest } = await seedImage(from, { repository: "acme/platform", tags: ["one"], platforms: [] });
  return {
    from,
    into,
    digest,
    source: parseImageRef(`${from.host}/acme/platform@${digest}`),
    target: parseImageRef(`${into.host}/acme/mirror`).repository,
  };
}

const run = ({ source, target }: World) => openRegistries({ clock }).copyWithReferrers?.(source, target);

const page = { "content-type": "text/html" };

describe("the API is there if its route answers 200 with an index, and else the fallback tag counts", () => {
  test.each<[string, NonNullable<RegistryQuirks["referrersAnswer"]>]>([
    ["404 with a web page", { status: 404, headers: page, body: "<html>no such page</html>" }],
    ["404 with the text of a web server", { status: 404, body: "404 page not found\n" }],
    ["303 to a web page elsewhere", { status: 303, headers: { location: "https://github.com/-/v2/packages" } }],
    ["401 without a challenge", { status: 401 }],
    ["403", { status: 403 }],
    ["500", { status: 500 }],
    ["200 with a web page", { status: 200, headers: page, body: "<html>hello</html>" }],
    ["200 with something else", { status: 200, headers: { "content-type": "application/json" }, body: '{"ok":true}' }],
  ])("%s", async (_name, referrersAnswer) => {
    const given = await world({ referrersAnswer }, { referrersAnswer });
    const signature = sign(given.from, given.digest);
    listUnderTag(given.from, given.digest, [signature]);
    expect(await run(given)).toMatchObject({ kind: "go" });
    const { manifests, tags } = given.into.store.repository("acme/mirror");
    expect(manifests.has(signature.digest)).toBe(true);
    const list = manifests.get(tags.get(given.digest.replace(":", "-")) ?? "");
    // The descriptor arrives with every field that it had.
    expect(JSON.parse(list?.bytes.toString() ?? "{}")).toMatchObject({ manifests: [signature] });
  });

  test("200 with a list that is null is an empty list, and no tag is asked for", async () => {
    const body = '{"schemaVersion":2,"manifests":null}';
    const given = await world({ referrersAnswer: { status: 200, headers: { "content-type": indexType }, body } });
    expect(await run(given)).toMatchObject({ kind: "go" });
    const tag = given.digest.replace(":", "-");
    expect(given.from.requests.filter(({ path }) => path.endsWith(tag))).toEqual([]);
  });

  test("a limit says nothing about the API", async () => {
    const given = await world({ referrersAnswer: { status: 429, headers: { "retry-after": "100" } } });
    expect(await run(given)).toMatchObject({ kind: "stop", outcome: "unknown" });
  });
});

test("a fallback tag that answers with the subject itself is no list", async () => {
  const given = await world({ tagsOfDigests: true }, {}, false);
  expect(await run(given)).toMatchObject({ kind: "go" });
});

test("of an index that is its own fallback tag, a platform that is gone is no referrer that is missing", async () => {
  const { from, target } = await world({ tagsOfDigests: true }, {}, false);
  const index = await seedImage(from, { repository: "acme/platform", tags: ["two"], revision: "b".repeat(40) });
  const source = parseImageRef(`${from.host}/acme/platform@${index.digest}`);
  await openRegistries({ clock }).copy(source, target);
  from.store.repository("acme/platform").manifests.delete(index.platforms[0]?.digest ?? "");
  expect(await openRegistries({ clock }).copyReferrers?.(source, target)).toMatchObject({
    kind: "go",
    value: { brought: [], missing: [] },
  });
});

test("a list of what belongs to others brings nothing", async () => {
  const given = await world({}, {}, false);
  const other = `sha256:${createHash("sha256").update("other").digest("hex")}`;
  const signature = sign(given.from, other);
  listUnderTag(given.from, given.digest, [signature]);
  expect(await run(given)).toMatchObject({ kind: "go" });
  expect(given.into.store.repository("acme/mirror").manifests.has(signature.digest)).toBe(false);
});

test("an entry that is gone is named, and the rest is copied", async () => {
  const given = await world({}, {}, false);
  const signature = sign(given.from, given.digest);
  const gone = { mediaType: manifestType, digest: `sha256:${"1".repeat(64)}`, size: 7 };
  listUnderTag(given.from, given.digest, [gone, signature]);
  const verdict = await run(given);
  expect(verdict).toMatchObject({ kind: "go" });
  expect(verdict?.evidence.map(({ verdict: word }) => word)).toEqual(["copied", "copied", "not-copied"]);
  expect(verdict?.evidence.at(-1)?.fact).toContain(gone.digest);
  expect(given.into.store.repository("acme/mirror").manifests.has(signature.digest)).toBe(true);
});

describe("copyReferrers copies what belongs to an image that is there already", () => {
  test("and reports what it was", async () => {
    const given = await world();
    const registries = openRegistries({ clock });
    await registries.copy(given.source, given.target);
    const signature = sign(given.from, given.digest);
    const tag = `${given.digest.replace(":", "-")}.att`;
    given.from.store.setTag("acme/platform", tag, signature.digest);
    const verdict = await registries.copyReferrers?.(given.source, given.target);
    expect(verdict).toMatchObject({ kind: "go", value: { missing: [] } });
    expect(verdict?.value?.brought).toEqual([
      { digest: signature.digest, subject: given.digest, artifactType: signature["artifactType"] },
      { digest: signature.digest, subject: given.digest, tag },
    ]);
    expect(given.into.store.tag("acme/mirror", tag)).toBe(signature.digest);
  });

  test("within one repository there is nothing to do", async () => {
    const given = await world();
    sign(given.from, given.digest);
    const before = given.from.requests.length;
    const { repository } = given.source;
    expect(await openRegistries({ clock }).copyReferrers?.(given.source, repository)).toMatchObject({
      kind: "go",
      value: { brought: [], missing: [] },
    });
    expect(given.from.requests.length).toBe(before);
  });

  test("what the target refuses is named, and not an error", async () => {
    const given = await world();
    const registries = openRegistries({ clock });
    await registries.copy(given.source, given.target);
    const { digest } = sign(given.from, given.digest);
    const isSignature = ({ method, path }: { method: string; path: string }) =>
      method === "PUT" && path.endsWith(digest);
    const body = '{"errors":[{"code":"MANIFEST_INVALID","message":"unknown artifact type"}]}';
    given.into.misbehave({ when: isSignature, fault: { kind: "answer", status: 400, body } });
    expect(await registries.copyReferrers?.(given.source, given.target)).toMatchObject({
      kind: "go",
      value: {
        brought: [],
        missing: [{ digest, cause: "refused", reason: expect.stringContaining("unknown artifact") }],
      },
    });
    expect(await run(given)).toMatchObject({ kind: "stop", outcome: "refused" });
  });
});
