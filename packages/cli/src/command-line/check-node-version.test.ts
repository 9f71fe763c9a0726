import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { runHere } from "../../test/run-lateen.ts";
import { checkNodeVersion } from "./check-node-version.ts";

test.each(["22.19.0", "22.20.1", "23.0.0", "24.21.0", "26.0.0-nightly"])("Node %s is new enough", (version) => {
  expect(() => checkNodeVersion(version)).not.toThrow();
});

test.each(["22.18.9", "20.20.2", "18.0.0", "9.9.9"])("Node %s is too old", (version) => {
  const error = {
    code: "NODE_TOO_OLD",
    category: "input",
    message: `lateen needs Node 22.19 or newer, and this is ${version}`,
  };
  expect(() => checkNodeVersion(version)).toThrow(expect.objectContaining(error));
});

test("installers get the same message", () => {
  const { engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    engines: { node: string };
  };
  expect(engines.node).toBe(">=22.19");
});

test("no command begins on a Node that is too old, and help is given all the same", async () => {
  const options = { cwd: tmpdir(), node: "20.20.2" };
  const ran = await runHere(["ship", "--json"], options);
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("Node 22.19 or newer") as string });
  expect(ran.json()).toMatchObject({ command: "ship", outcome: "error", error: { code: "NODE_TOO_OLD" } });
  expect((await runHere(["--help"], options)).code).toBe(0);
});
