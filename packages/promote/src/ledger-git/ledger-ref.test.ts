import { expect, test } from "vitest";
import { ledgerRef } from "../index.ts";

test("every target has a ref of its own", () => {
  expect(ledgerRef("default")).toBe("refs/lateen/latest");
  expect(ledgerRef("latest")).toBe("refs/lateen/latest");
  expect(ledgerRef("prod-latest")).toBe("refs/lateen/prod-latest");
});

test.each(["attempts", "rollout", "", "../main", "Prod", "a/b", "a b"])("%j names no target", (target) => {
  expect(() => ledgerRef(target)).toThrow(expect.objectContaining({ code: "TARGET_INVALID", category: "input" }));
});
