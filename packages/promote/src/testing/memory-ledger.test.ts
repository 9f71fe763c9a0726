import { describe, test } from "vitest";
import { createMemoryLedger } from "./memory-ledger.ts";
import { ledgerContract } from "./ledger-contract.ts";

describe("a ledger in memory", () => {
  ledgerContract({
    test,
    open: async () => {
      const ledger = createMemoryLedger();
      return { ledger, other: ledger, close: async () => undefined };
    },
  });
});
