export { createGitLedger } from "./git-ledger.ts";
