import { secret } from "@lateen/kernel";
import { expect, test } from "vitest";
import type { Files } from "../io/files.ts";
import { createVault } from "./secrets.ts";

const files = { read: () => "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n" } as unknown as Files;
const open = (value: string) => createVault({ TOKEN: value }, files).open({ env: "TOKEN" }, "/").reveal();

test("a token is one line, whatever surrounds it", () => {
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
  expect(createVault({}, files).open({ file: "key.pem" }, "/", "key").reveal()).toContain("\nabc\n");
});

test("a key that is named as a token is never handed out, wherever it is kept", () => {
  const pem = files.read("key.pem");
  for (const given of [{ env: "TOKEN" }, { file: "key.pem" }]) {
    const vault = createVault({ TOKEN: pem }, files);
    expect(() => vault.open(given, "/")).toThrow(expect.objectContaining({ code: "SECRET_MISSING", category: "auth" }));
  }
});

test("the log of a job gets no order to mask what the runner masks already", () => {
  const opened: string[] = [];
  const vault = createVault({ TOKEN: "from-the-job" }, { read: () => "from-a-file\n" } as unknown as Files, (value) =>
    opened.push(value),
  );
  vault.open({ env: "TOKEN" }, "/");
  vault.open({ file: "token" }, "/");
  vault.hide("from-a-helper");
  vault.hide("from-a-helper");
  expect(opened).toEqual(["from-a-file", "from-a-helper"]);
  expect(vault.mask("from-the-job from-a-file from-a-helper")).toBe("*** *** ***");
});
