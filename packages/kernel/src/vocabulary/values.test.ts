import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { absent, found, mapReading, type Reading, toReading, unknown } from "./reading.ts";
import { asReleaseError, isFatal, isReleaseError, ReleaseError } from "./release-error.ts";
import { ignoreEvents } from "./reporter.ts";
import { secret } from "./secret.ts";
import { go, stop } from "./verdict.ts";

const error = new ReleaseError({ code: "X", category: "unavailable", message: "x" });

test("only a found value is mapped", () => {
  const double = (value: number) => value * 2;
  expect(mapReading(found(2), double)).toEqual({ kind: "found", value: 4 });
  expect(mapReading(absent("404"), double)).toEqual({ kind: "absent", proof: "404" });
  expect(mapReading(unknown(error), double)).toEqual({ kind: "unknown", cause: error });
});

test("a verdict carries its evidence, and a value only if there is one", () => {
  const evidence = [{ rule: "gate", verdict: "open", fact: "f", source: "s", at: "t" }] as const;
  const options = { outcome: "held", code: "KILL_SWITCH_HELD", reason: "because" } as const;
  expect(go(1, evidence)).toEqual({ kind: "go", value: 1, evidence });
  // @ts-expect-error Nothing is allowed without evidence, neither by type nor at run time.
  expect(() => go(1, [])).toThrow("without evidence");
  // @ts-expect-error The same.
  expect(() => go(1)).toThrow("without evidence");
  expect(stop(options)).toStrictEqual({ kind: "stop", ...options, evidence: [] });
  expect(stop({ ...options, evidence, value: 2 })).toStrictEqual({ kind: "stop", ...options, evidence, value: 2 });
  expect("value" in stop({ ...options, value: undefined })).toBe(false);
  expect(ignoreEvents()).toBeUndefined();
});

test("a failed read is unknown; an interruption and a bug are thrown", async () => {
  const failing = (thrown: unknown) => async (): Promise<Reading<number>> => {
    throw thrown;
  };
  expect(await toReading(async () => found(1))).toEqual(found(1));
  expect(await toReading(async () => absent("404"))).toEqual(absent("404"));
  for (const category of ["input", "auth", "unavailable", "state"] as const) {
    const cause = new ReleaseError({ code: "X", category, message: "x" });
    expect(isFatal(cause)).toBe(false);
    expect(await toReading(failing(cause))).toEqual({ kind: "unknown", cause });
  }
  for (const category of ["interrupted", "bug"] as const) {
    const cause = new ReleaseError({ code: "X", category, message: "x" });
    expect(isFatal(cause)).toBe(true);
    await expect(toReading(failing(cause))).rejects.toBe(cause);
  }
  const bug = new TypeError("oops");
  expect(isFatal(bug)).toBe(true);
  await expect(toReading(failing(bug))).rejects.toBe(bug);
  await expect(
    toReading(() => {
      throw bug;
    }),
  ).rejects.toBe(bug);
});

describe("a release error", () => {
  test("keeps its message as JSON, without its cause", () => {
    const options = { code: "X", category: "auth", message: "denied", why: "https://x/", fix: "log in" } as const;
    const thrown = new ReleaseError({ ...options, cause: new Error("password") });
    expect(JSON.parse(JSON.stringify({ thrown }))).toEqual({ thrown: { name: "ReleaseError", ...options } });
    expect(JSON.stringify(new ReleaseError({ code: "X", category: "bug", message: "m" }))).toBe(
      '{"name":"ReleaseError","code":"X","category":"bug","message":"m"}',
    );
  });

  test("is retryable by its category, unless it says otherwise", () => {
    expect(error.retryable).toBe(true);
    for (const category of ["input", "auth", "state", "interrupted", "bug"] as const) {
      expect(new ReleaseError({ code: "X", category, message: "x" }).retryable).toBe(false);
    }
    expect(new ReleaseError({ code: "X", category: "unavailable", message: "x", retryable: false }).retryable).toBe(
      false,
    );
  });

  test("is recognised by its brand, also when another copy of this package made it", async () => {
    const copy = (await import(`./release-error.ts?copy=${"1"}`)) as typeof import("./release-error.ts");
    const foreign = new copy.ReleaseError({ code: "Y", category: "auth", message: "y" });
    expect(foreign instanceof ReleaseError).toBe(false);
    expect(isReleaseError(foreign)).toBe(true);
    expect(asReleaseError(foreign)).toBe(foreign);
    for (const other of [null, undefined, "x", new Error("x"), { code: "X", category: "auth" }]) {
      expect(isReleaseError(other)).toBe(false);
    }
  });

  test("wraps everything else as a bug that keeps its cause", () => {
    const cause = new TypeError("oops");
    expect(asReleaseError(cause)).toMatchObject({ code: "UNEXPECTED", category: "bug", message: "oops", cause });
    expect(asReleaseError("text")).toMatchObject({ message: "text", cause: "text" });
    expect("cause" in new ReleaseError({ code: "X", category: "bug", message: "x" })).toBe(false);
  });
});

test("a secret shows itself only when it is asked to", () => {
  const token = secret(" hunter2\n");
  expect(token.reveal()).toBe("hunter2");
  const shown = [
    String(token),
    `${token as unknown as string}`,
    JSON.stringify({ token }),
    inspect({ token }),
    inspect(token, { showHidden: true }),
  ];
  for (const text of shown) expect(text).not.toContain("hunter2");
  expect(JSON.stringify(token)).toBe('"[secret]"');
});
