import { describe, test } from "vitest";
import { createMemoryLedger, ledgerContract } from "./index.ts";

describe("a ledger in memory", () => {
  ledgerContract({
    test,
    open: async () => {
      const ledger = createMemoryLedger();
      return { ledger, other: ledger, close: async () => undefined };
    },
  });
});
