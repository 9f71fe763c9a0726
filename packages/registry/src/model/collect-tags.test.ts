import { interrupted, parseImageRef } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectTags, type TagPage } from "./collect-tags.ts";
import { registryError } from "../errors.ts";
import { openRegistries } from "../open-registries.ts";
import { type FakeRegistry, startRegistry } from "../testing/index.ts";

const gone = registryError("REGISTRY_NOT_FOUND", "state", { message: "no such repository", fix: "create it" });
const ill = registryError("REGISTRY_UNAVAILABLE", "unavailable", { message: "502", fix: "wait" });
const stopped = interrupted(AbortSignal.abort());

/** Reads pages from a list; an error in it is thrown. */
const reader =
  (pages: readonly (readonly string[] | Error)[]) =>
  async (next: string | undefined): Promise<TagPage> => {
    const at = Number(next ?? 0);
    const page = await Promise.resolve(pages[at]);
    if (page === undefined) throw new Error("no such page");
    if (page instanceof Error) throw page;
    return { tags: page, next: at + 1 < pages.length ? String(at + 1) : undefined };
  };

describe("pages of tags", () => {
  test.each<[string, readonly (readonly string[] | Error)[], number, object]>([
    ["one page", [["a", "b"]], 10, { kind: "found", value: { tags: ["a", "b"], complete: true } }],
    ["no tag", [[]], 10, { kind: "found", value: { tags: [], complete: true } }],
    [
      "two pages, a row on both",
      [
        ["a", "b"],
        ["b", "c"],
      ],
      10,
      { value: { tags: ["a", "b", "c"], complete: true } },
    ],
    ["more than are wanted", [["a", "b"], ["c"]], 2, { value: { tags: ["a", "b"], complete: false } }],
    ["a page longer than wanted", [["a", "b", "c"]], 2, { value: { tags: ["a", "b"], complete: false } }],
    ["what is no tag", [["a", "$(id)", "b c", "\u001b[2J", ".x"]], 10, { value: { tags: ["a"], complete: true } }],
    ["a later page that fails", [["a"], ill], 10, { value: { tags: ["a"], complete: false } }],
    ["a later page that is called off", [["a"], stopped], 10, { value: { tags: ["a"], complete: false } }],
    ["a first page that fails", [ill], 10, { kind: "unknown", cause: ill }],
    ["a repository that is not there", [gone], 10, { kind: "absent" }],
  ])("%s", async (_, pages, most, expected) => {
    expect(await collectTags(reader(pages), most)).toMatchObject(expected);
  });

  test("a first page that is called off is thrown", async () => {
    await expect(collectTags(reader([stopped]), 10)).rejects.toBe(stopped);
  });

  test("pages that lead in a circle come to an end", async () => {
    let pages = 0;
    const circle = async (): Promise<TagPage> => (pages++, await Promise.resolve({ tags: ["a"], next: "again" }));
    expect(await collectTags(circle, 10)).toEqual({ kind: "found", value: { tags: ["a"], complete: false } });
    expect(pages).toBe(100);
  });
});

describe("over the wire", () => {
  let registry: FakeRegistry;
  beforeAll(async () => void (registry = await startRegistry()));
  afterAll(() => registry.close());
  const list = async (most: number) =>
    await openRegistries().listTags?.(parseImageRef(`${registry.host}/acme/core`).repository, most);

  test("2,500 tags take three requests", async () => {
    for (let number = 0; number < 2500; number++) registry.store.setTag("acme/core", `t${number}`, "sha256:0");
    const reading = await list(10_000);
    expect(reading?.kind === "found" ? [reading.value.tags.length, reading.value.complete] : reading).toEqual([
      2500,
      true,
    ]);
    expect(registry.requests.filter(({ path }) => path === "/v2/acme/core/tags/list")).toHaveLength(3);
  });

  test.each([
    ["null for no tags", '{"name":"acme/core","tags":null}', { kind: "found", value: { tags: [], complete: true } }],
    ["tags that are no text", '{"tags":[1]}', { kind: "unknown", cause: { code: "HTTP_UNEXPECTED_BODY" } }],
    ["a web page", "<!doctype html><title>Sign in</title>", { kind: "unknown", cause: { code: "HTTP_NOT_JSON" } }],
  ])("an answer with %s", async (_, body, expected) => {
    const end = registry.misbehave({ when: () => true, fault: { kind: "answer", status: 200, body } });
    expect(await list(10)).toMatchObject(expected);
    end();
  });

  test("a next page on another host is asked for at home", async () => {
    const link = '<http://198.51.100.7/v2/acme/core/tags/list?n=2&last=t9>; rel="next"';
    const end = registry.misbehave({ when: () => true, times: 1, fault: { kind: "headers", headers: { link } } });
    expect(await list(1200)).toMatchObject({ kind: "found" });
    expect(registry.requests.at(-1)?.query).toContain("last=t");
    end();
  });
});
