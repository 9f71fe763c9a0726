import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFolder, type Folder } from "./folder.ts";
import { startLateen } from "./run-lateen.ts";

// A server that answers nothing: the program waits for it while something else throws.
let folder: Folder;
const server = createServer();
let image = "";
beforeEach(async () => {
  folder = createFolder();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  image = `127.0.0.1:${(server.address() as AddressInfo).port}/acme/platform:latest`;
});
afterEach(() => {
  server.close();
  folder.remove();
});

/** Throws where nothing catches, once the program is under way. */
const thrower = `data:text/javascript,${encodeURIComponent(
  'import { createServer, Socket } from "node:net"; const connect = Socket.prototype.connect; Socket.prototype.connect = function (...given) { setTimeout(() => { throw new Error("the sea is\\u001b[31m rough"); }, 50); return connect.apply(this, given); };',
)}`;

test.each([["text", []] as const, ["json", ["--json"]] as const])(
  "an error that nothing caught prints its message first, in %s, and ends with 1",
  async (form, options) => {
    const env = { NODE_OPTIONS: `--import ${thrower}` };
    const { code, stdout, stderr } = await startLateen(["inspect", image, ...options], { cwd: folder.path, env }).ended;
    expect(code, stderr).toBe(1);
    expect(stderr.split("\n")[0]).toMatch(/^error: .*the sea is.* rough/);
    expect(stderr + stdout).not.toContain("\u001b");
    expect(stderr.length).toBeLessThan(1_000);
    if (form === "json")
      expect(JSON.parse(stdout)).toMatchObject({ command: "inspect", outcome: "error", error: { code: "UNEXPECTED" } });
  },
);
