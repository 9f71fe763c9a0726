import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const folder = join(import.meta.dirname, "..");

/** Node as it is where `@aws-sdk/client-ecr` was not installed. */
const hooks = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== "@aws-sdk/client-ecr") return next(specifier, context);
      throw Object.assign(new Error("Cannot find package '@aws-sdk/client-ecr'"), { code: "ERR_MODULE_NOT_FOUND" });
    },
  });
`)}`;

const modules = [pathToFileURL(join(folder, "index.ts")).href, import.meta.resolve("@lateen/kernel")];

const program = `
  const [{ openRegistries, retag }, { parseImageRef }] = await Promise.all(process.argv.slice(1).map((url) => import(url)));
  const sleeps = [];
  const clock = { now: () => Date.now(), sleep: async (ms) => void sleeps.push(ms) };
  const host = "123456789012.dkr.ecr.us-east-2.amazonaws.com";
  const registries = openRegistries({ registries: { [host]: { endpoint: "http://127.0.0.1:9" } }, clock });
  const source = parseImageRef(host + "/acme/platform:latest");
  const thrown = await retag({ source, targets: ["next"] }, { registries, clock }).catch((error) => error);
  const { code, category, message, fix } = thrown;
  console.log(JSON.stringify({ code, category, message, fix, sleeps }));
`;

test("a missing SDK is named at once, with the command that installs it, and nothing is tried again", async () => {
  const args = ["--conditions=source", "--disable-warning=ExperimentalWarning", "--import", hooks];
  const { stdout } = await run(process.execPath, [...args, "--input-type=module", "--eval", program, ...modules], {
    cwd: folder,
  });
  expect(JSON.parse(stdout)).toEqual({
    code: "REGISTRY_SDK_MISSING",
    category: "input",
    message: expect.stringContaining("@aws-sdk/client-ecr"),
    fix: "npm install @aws-sdk/client-ecr",
    sleeps: [],
  });
});
