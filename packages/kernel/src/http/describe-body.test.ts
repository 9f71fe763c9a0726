import { expect, test } from "vitest";
import { describeBody } from "./describe-body.ts";

test.each([
  { text: "", type: "text/html", said: "an empty body" },
  { text: "<!doctype html><p>x", type: "application/json", said: "19 bytes of a web page (HTML)" },
  { text: "ok", type: "text/plain; charset=utf-8", said: "2 bytes of type text/plain" },
  { text: "ok", type: undefined, said: "2 bytes of text without a type" },
  { text: "ok", type: "\u001b[31m", said: "2 bytes of text without a type" },
  { text: "ok", type: `a/${"b".repeat(200)}`, said: `2 bytes of type a/${"b".repeat(57)}…` },
])("$text of $type is $said", ({ text, type, said }) => {
  expect(describeBody(text, type)).toBe(said);
});

test("the size is that of the bytes if it is given", () => {
  expect(describeBody("ä", undefined, 2)).toBe("2 bytes of text without a type");
});
