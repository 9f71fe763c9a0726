import { expect, test } from "vitest";
import { redactText } from "./redact-text.ts";

test.each([
  ["password=swordfish and more", "password=[secret] and more"],
  ['{"api_key": "abc def", "x": 1}', '{"api_key": [secret], "x": 1}'],
  ["Authorization: Bearer abc.def.ghi", "Authorization: [secret]"],
  ["curl -H 'Bearer abcdef12345'", "curl -H 'Bearer [secret]'"],
  ["https://user:pw@git.example.com/x", "https://[secret]@git.example.com/x"],
  ["key AKIAIOSFODNN7EXAMPLE used", "key [secret] used"],
  ["ghp_abcdefghijklmnopqrst1234 leaked", "[secret] leaked"],
  ["MY_TOKEN=abc; next", "MY_TOKEN=[secret]; next"],
  ["blob wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00 end", "blob [secret] end"],
  ["commit 0123456789abcdef0123456789abcdef01234567 failed", "commit 0123456789abcdef0123456789abcdef01234567 failed"],
  ["instance i-0abc timed out after 300s", "instance i-0abc timed out after 300s"],
  ["two\nlines\u001b[2J", "two lines [2J"],
])("%j is shown as %j", (text, shown) => {
  expect(redactText(text)).toBe(shown);
});

test("a known secret is taken out wherever it is, and the rest is bounded", () => {
  expect(redactText("xx-s3cr3t-yy", ["s3cr3t"])).toBe("xx-[secret]-yy");
  expect(redactText("word ".repeat(1000)).length).toBeLessThanOrEqual(300);
});
