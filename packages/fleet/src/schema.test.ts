import { describe, expect, test } from "vitest";
import { redeployRequest, redeployResponse } from "./schema.ts";

const call = {
  target_tag: "staging-0123456",
  soak_seconds: 0,
  batch_size: 1,
  max_stragglers: 0,
  dry_run: false,
  confirm: true,
  only_slugs: ["t1"],
};
const row = { slug: "t1", ssm_status: "Success", healthz_ok: true, verified_on_target: true, error: null };

describe("a control plane that checks with the published schemas", () => {
  test("takes what lateen sends, and may answer with rows", () => {
    expect(redeployRequest.safeParse(call).success).toBe(true);
    expect(redeployResponse.safeParse({ ok: true, results: [row] }).success).toBe(true);
  });

  test.each([
    { target_tag: "-staging" },
    { target_tag: "staging tag" },
    { target_tag: "a".repeat(129) },
    { only_slugs: [] },
    { only_slugs: ["T1"] },
    { only_slugs: ["t1", "../admin"] },
    { only_slugs: ["t1 "] },
    { canary_slug: "t_1" },
    { confirm: false },
    { batch_size: 0 },
  ])("refuses a call with %j", (odd) => {
    expect(redeployRequest.safeParse({ ...call, ...odd }).success).toBe(false);
  });

  test.each([{ slug: "" }, { slug: "Tenant-A" }, { slug: "t1/../t2" }, { healthz_ok: "false" }])(
    "does not answer with a row of %j",
    (odd) => {
      expect(redeployResponse.safeParse({ ok: true, results: [{ ...row, ...odd }] }).success).toBe(false);
    },
  );
});
