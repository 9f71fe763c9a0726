import { secret } from "@lateen/kernel";
import { expect, test } from "vitest";
import type { Files } from "../io/files.ts";
import { createVault } from "./secrets.ts";

const files = { read: () => "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n" } as unknown as Files;
const open = (value: string) => createVault({ TOKEN: value }, files).open({ env: "TOKEN" }, "/").reveal();

test("a token is one line, whatever stands around it", () => {
  expect(open(" abcdef\n")).toBe(secret("abcdef").reveal());
});

test.each(["abc\ndef", "abc\r\nX-Evil: 1", "abc\u0000def"])("%j is no token, and is not repeated", (value) => {
  expect(() => open(value)).toThrow(
    expect.objectContaining({
      code: "SECRET_MISSING",
      category: "auth",
      message: "the variable TOKEN holds more than one line",
    }),
  );
});

test("a key has lines", () => {
  expect(createVault({}, files).open({ file: "key.pem" }, "/").reveal()).toContain("\nabc\n");
});
