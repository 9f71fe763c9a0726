import { expect, test } from "vitest";
import { decideRow } from "./decide-row.ts";
import { redeployRowCases } from "../../test/tables/decide-row.table.ts";

test.each(redeployRowCases)("$row under legacy: $legacy is $verdict, since $because", ({ row, legacy, verdict }) => {
  expect(decideRow(row, legacy)).toBe(verdict);
});

test("whatever legacy says, it never makes a row worse, and never a failed one better", () => {
  const booleans = [true, false, undefined];
  for (const hasError of [true, false]) {
    for (const healthy of booleans) {
      for (const onTarget of booleans) {
        const row = {
          hasError,
          ...(healthy === undefined ? {} : { healthy }),
          ...(onTarget === undefined ? {} : { onTarget }),
        };
        const [plain, legacy] = [decideRow(row, false), decideRow(row, true)];
        if (plain !== "unproven") expect(legacy).toBe(plain);
        if (hasError || healthy === false) expect(legacy).toBe("failed");
      }
    }
  }
});
