import { expect, test } from "vitest";
import { ReleaseError } from "../vocabulary/release-error.ts";
import { assertPart } from "./assert-part.ts";

const error = new ReleaseError({ code: "GONE", category: "state", message: "it is gone" });

test.each([
  ["a property", { a: 1, b: 2 }, { a: 1 }],
  ["a property of an error", { cause: error }, { cause: { code: "GONE" } }],
  ["each item of a list", [{ a: 1, b: 2 }], [{ a: 1 }]],
  ["something absent", {}, { a: undefined }],
])("%s is a part", (_, actual, part) => expect(() => assertPart(actual, part)).not.toThrow());

test.each([
  ["another value", { a: 1 }, { a: 2 }],
  ["a longer list", [1, 2], [1]],
  ["a shorter list", [1], [1, 2]],
  ["an object for a list", { 0: 1 }, [1]],
  ["nothing", undefined, { a: 1 }],
  ["something where nothing is expected", { a: 1 }, { a: undefined }],
])("%s is none", (_, actual, part) => expect(() => assertPart(actual, part)).toThrow(/Expected values/));
