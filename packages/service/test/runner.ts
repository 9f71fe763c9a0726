// A runner in a process of its own, for tests that kill it: node -C source runner.ts DATABASE FOLDER [TOKEN_ENV]; prints its address.
import { loadConfig } from "@lateen/cli/pipeline";
import { createService } from "../src/index.ts";
import { tokens } from "./world.ts";

const [database = "", folder = ""] = process.argv.slice(2);
const settings = await loadConfig({ cwd: folder, env: process.env });
const service = await createService({
  database,
  fleets: { default: { settings } },
  tokens,
  env: process.env,
  owner: `process ${process.pid} of a test`,
});
console.log(await service.listen({ host: "127.0.0.1", port: 0 }));
process.on("SIGTERM", () => void service.close().then(() => process.exit(0)));
