export { explore, type Exploration, type Explored, type Program } from "./explore.ts";
export { ledgerContract, type LedgerContractOptions, type LedgerSubject } from "./ledger-contract.ts";
export { createMemoryHistory, type MemoryHistory, testCommit } from "./memory-history.ts";
export { createMemoryLedger, type MemoryLedger } from "./memory-ledger.ts";
export { createMemoryTags, type MemoryTags, type TagCall, type TagFault } from "./memory-tags.ts";
export { testEntry } from "./test-entry.ts";
export { createPromotionWorld, type PromotionWorld, worldRepositories } from "./world.ts";
