import { expect, test } from "vitest";
import { startControlPlane } from "./control-plane.ts";
import { startTenants } from "./tenants.ts";

test("a tenant dies of the release that it was moved to, and what it ran before brings it back", async () => {
  const [before, after] = ["a".repeat(40), "b".repeat(40)];
  const tenants = await startTenants({ slugs: ["x"], sha: before });
  const shaOf = (tag: string): string => (tag === "new" ? after : before);
  const plane = await startControlPlane({ tenants, shaOf, diesAfterMs: 20 });
  const request = {
    soak_seconds: 0,
    batch_size: 1,
    max_stragglers: 0,
    dry_run: false,
    confirm: true,
    only_slugs: ["x"],
  };
  const move = (tag: string): Promise<Response> =>
    fetch(`${plane.url}/cp/admin/tenants/redeploy-fleet`, {
      method: "POST",
      headers: { authorization: `Bearer ${plane.token}`, "content-type": "application/json" },
      body: JSON.stringify({ ...request, target_tag: tag }),
    });
  expect((await move("new")).status).toBe(200);
  await expect.poll(() => tenants.get("x").manner).toBe("down");
  expect((await move("old")).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(tenants.get("x")).toMatchObject({ sha: before, manner: "well" });
  await Promise.all([plane.close(), tenants.close()]);
});
