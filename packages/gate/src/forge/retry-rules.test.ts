import { ReleaseError } from "@lateen/kernel";
import { expect, test } from "vitest";
import { createJudge } from "./retry-rules.ts";

const error = (code: string, retryable: boolean): ReleaseError =>
  new ReleaseError({ code, category: "unavailable", retryable, message: "no", why: "there", fix: "that" });

test("text that is not JSON may be right the next time", () => {
  expect(createJudge()(error("HTTP_NOT_JSON", false))).toMatchObject({ retryable: true, why: "there", fix: "that" });
});

test("a second answer that came too late is the last one", () => {
  const judge = createJudge();
  expect(judge(error("HTTP_TIMEOUT", true))).toMatchObject({ retryable: true });
  expect(judge(error("HTTP_UNREACHABLE", true))).toMatchObject({ retryable: true });
  expect(judge(error("HTTP_TIMEOUT", true))).toMatchObject({ code: "HTTP_TIMEOUT", retryable: false });
});

test("other errors stay as they are, and what is no error of ours is a bug", () => {
  const other = error("FORGE_UNAUTHORIZED", false);
  expect(createJudge()(other)).toBe(other);
  expect(createJudge()(new TypeError("x"))).toMatchObject({ category: "bug" });
});
