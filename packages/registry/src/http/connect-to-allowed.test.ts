import { createServer } from "node:http";
import { createHttp, type ReleaseError } from "@lateen/kernel";
import { afterEach, expect, test } from "vitest";
import { closeServers, listen } from "../testing/retag-world.ts";
import { connectToAllowed } from "./connect-to-allowed.ts";
import { senderOf } from "./sender.ts";

afterEach(closeServers);

const ways = [
  ["node:http", false],
  ["a connection of its own", true],
] as const;

test.each(ways)(
  "%s connects to the addresses that were judged, resolved once for the connection",
  async (_name, ownConnection) => {
    const url = new URL(await listen(createServer((_request, response) => void response.end("hello"))));
    const asked: string[] = [];
    const lookup = async (hostname: string) => {
      asked.push(hostname);
      return await Promise.resolve(["127.0.0.1"]);
    };
    // The registry itself is on this machine, so that it may send to this machine.
    const send = senderOf({}, {}, connectToAllowed(new URL("http://127.0.0.1"), lookup));
    const answer = await createHttp({ send }).request({
      url: `http://store.example.com:${url.port}/`,
      maxBytes: 100,
      ownConnection,
    });
    expect(answer.text()).toBe("hello");
    expect(asked.filter((name) => name === "store.example.com")).toHaveLength(1);
  },
);

test.each(ways)(
  "%s: a name that turns to another address after it was judged is refused at the connection",
  async (_name, ownConnection) => {
    const url = new URL(await listen(createServer((_request, response) => void response.end("inside"))));
    const zone: Record<string, string[]> = { "reg.example.com": ["8.8.8.8"], "store.example.com": ["127.0.0.1"] };
    const lookup = async (hostname: string) => await Promise.resolve(zone[hostname] ?? []);
    const send = senderOf({}, {}, connectToAllowed(new URL("https://reg.example.com"), lookup));
    const error: unknown = await createHttp({ send })
      .request({ url: `http://store.example.com:${url.port}/`, maxBytes: 100, ownConnection })
      .catch((thrown: unknown) => thrown);
    expect((error as ReleaseError).message).toContain("ADDRESS_REFUSED");
  },
);

test.each(ways)("%s: the registry's own name is connected to, wherever it is", async (_name, ownConnection) => {
  const url = new URL(await listen(createServer((_request, response) => void response.end("hello"))));
  const lookup = async () => await Promise.resolve(["127.0.0.1"]);
  const send = senderOf({}, {}, connectToAllowed(new URL("https://reg.example.com"), lookup));
  const answer = await createHttp({ send }).request({
    url: `http://reg.example.com:${url.port}/`,
    maxBytes: 100,
    ownConnection,
  });
  expect(answer.text()).toBe("hello");
});
