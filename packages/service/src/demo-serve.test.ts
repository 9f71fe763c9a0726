import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createClient, hasEnded } from "../test/world.ts";

const program = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));

test("lateen demo serve prints the address of a page on which a release is under way, and ends with Ctrl-C", async () => {
  const argv = ["-C", "source", program, "demo", "serve", "--listen", "127.0.0.1:0"];
  const child = spawn(process.execPath, argv, { cwd: tmpdir(), stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let printed = "";
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      printed += chunk.toString();
      if (/until Ctrl-C/.test(printed)) break;
    }
    const [, url = "", token = ""] = /(http:\/\/127\.0\.0\.1:\d+)\/#token=([0-9a-f]{32})$/m.exec(printed) ?? [];
    expect(await (await fetch(url)).text()).toContain("<title>lateen</title>");
    const client = createClient((path, init) => fetch(`${url}${path}`, init));
    let id = "";
    const running = async () => {
      const { body } = await client.send("GET", "/v1/fleets", undefined, token);
      return (id = body.fleets?.[0]?.running?.rollout ?? "");
    };
    await expect.poll(running, { timeout: 30_000 }).toMatch(/^r/);
    for (;;) {
      const shown = (await client.send("GET", `/v1/rollouts/${id}`, undefined, token)).body as never;
      if (hasEnded(shown)) {
        expect(shown).toMatchObject({ result: { outcome: "shipped", fleet: { enumerated: 40, verified: 40 } } });
        break;
      }
      await new Promise((done) => setTimeout(done, 200));
    }
  } finally {
    child.kill("SIGTERM");
  }
  expect(await ended).toEqual([0, null]);
}, 120_000);
