import { absent, found, parseSlug, type Reading, ReleaseError, unknown } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { combineProbers, requireBoth } from "./combine-probers.ts";
import type { Prober } from "./prober.ts";

const [a, b] = ["a".repeat(40), "b".repeat(40)];
const tenant = (plane: string) => ({ slug: parseSlug("t1"), plane });
const says = (reading: Reading<string>): Prober => ({ buildinfo: async () => reading });
const silent = unknown(new ReleaseError({ code: "HTTP_TIMEOUT", category: "unavailable", message: "no answer" }));

describe("probers of several control planes", () => {
  test("each tenant is looked at by the prober of its own", async () => {
    const prober = combineProbers([
      { name: "eu", prober: says(found(a)) },
      { name: "us", prober: says(found(b)) },
    ]);
    expect(await prober.buildinfo(tenant("eu"))).toEqual(found(a));
    expect(await prober.buildinfo(tenant("us"))).toEqual(found(b));
  });

  test("a tenant of none of them is unknown", async () => {
    expect(await combineProbers([]).buildinfo(tenant("mars"))).toMatchObject({
      kind: "unknown",
      cause: { code: "FLEET_NO_PROBER" },
    });
  });
});

describe("two proofs of one tenant", () => {
  test.each<readonly [string, Reading<string>, Reading<string>, object]>([
    ["agree", found(a), found(a), found(a)],
    ["agree as far as the shorter one says", found(a.slice(0, 7)), found(a), found(a)],
    ["differ", found(a), found(b), { kind: "unknown", cause: { code: "FLEET_PROOFS_DIFFER" } }],
    ["are not both there", found(a), silent, silent],
    ["do not both name a commit", absent("dev"), found(a), absent("dev")],
    ["are both silent", silent, silent, silent],
  ])("that %s", async (_, one, other, reading) => {
    expect(await requireBoth(says(one), says(other)).buildinfo(tenant("eu"))).toMatchObject(reading);
  });
});
