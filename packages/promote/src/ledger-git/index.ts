export { createGitLedger, type GitLedgerOptions } from "./git-ledger.ts";
