// A runner in a process of its own, for tests that kill it: node -C source runner.ts DATABASE PLACE ENGINE; the place is a folder, or
// a file with folders by fleet. Prints its address.
import { readFile } from "node:fs/promises";
import { loadConfig } from "@lateen/cli/pipeline";
import { createService } from "../src/index.ts";
import { engines, type EngineName } from "./engines.ts";
import { ownerOf, tokens } from "./world.ts";

const [database = "", place = "", engine = "table"] = process.argv.slice(2);
const folders = place.endsWith(".json")
  ? (JSON.parse(await readFile(place, "utf8")) as Readonly<Record<string, string>>)
  : { default: place };
const fleets: Record<string, { readonly settings: Awaited<ReturnType<typeof loadConfig>> }> = {};
for (const [name, folder] of Object.entries(folders))
  fleets[name] = { settings: await loadConfig({ cwd: folder, env: process.env }) };
const service = await createService({
  database,
  fleets,
  tokens,
  env: process.env,
  owner: ownerOf(process.pid),
  engine: engines[engine as EngineName](),
});
console.log(await service.listen({ host: "127.0.0.1", port: 0 }));
process.on("SIGTERM", () => void service.close().then(() => process.exit(0)));
