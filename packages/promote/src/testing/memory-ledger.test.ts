import { describe, test } from "vitest";
import { createMemoryLedger } from "./memory-ledger.ts";
import { describeLedgerContract } from "./ledger-contract.ts";

describeLedgerContract(
  "in memory",
  async () => {
    const ledger = createMemoryLedger();
    return { ledger, other: ledger, close: async () => undefined };
  },
  { describe, test },
);
