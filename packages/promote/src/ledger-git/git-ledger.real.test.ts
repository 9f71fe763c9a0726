import { createGitRefLog } from "@lateen/git-log";
import { secret } from "@lateen/kernel";
import { createGitRepository, startGitHttpServer } from "@lateen/git-log/testing";
import { describe, test } from "vitest";
import { describeLedgerContract } from "../testing/ledger-contract.ts";
import { createGitLedger } from "./index.ts";

describeLedgerContract(
  "on a git server, over http and with a token",
  async () => {
    const repository = await createGitRepository();
    await repository.git("config", "http.receivepack", "true");
    const server = await startGitHttpServer({ root: repository.root, credentials: { password: "ledger-token" } });
    const options = { ref: "refs/lateen/latest", token: secret("ledger-token"), env: { PATH: process.env.PATH } };
    const open = () => createGitLedger(createGitRefLog({ remote: `${server.url}/core.git`, ...options }));
    const close = async () => {
      await server.close();
      await repository.close();
    };
    return { ledger: open(), other: open(), close };
  },
  { describe, test },
);
