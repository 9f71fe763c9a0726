export { describeLedgerContract } from "./ledger-contract.ts";
export { createMemoryHistory } from "./memory-history.ts";
export { createMemoryLedger } from "./memory-ledger.ts";
export { createMemoryTags } from "./memory-tags.ts";
export { testEntry } from "./test-entry.ts";
