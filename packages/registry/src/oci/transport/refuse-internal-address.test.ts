import { expect, test } from "vitest";
import type { Lookup } from "../../http/connect-to-allowed.ts";
import { lookUp, refuseInternalAddress } from "./refuse-internal-address.ts";

const zone: Readonly<Record<string, readonly string[]>> = {
  "reg.example.com": ["8.8.4.4"],
  "store.example.com": ["8.8.8.8", "2606:50c0:8000::153"],
  "metadata.example.com": ["169.254.169.254"],
  "metadata6.example.com": ["fd00:ec2::254"],
  "inside.example.com": ["8.8.8.8", "10.0.0.7"],
  "here.example.com": ["127.0.0.1"],
  "reg.corp.example.com": ["10.1.1.1"],
  "store.corp.example.com": ["10.1.1.2"],
};
const lookup: Lookup = (name) => {
  const addresses = zone[name];
  return addresses === undefined ? Promise.reject(new Error("ENOTFOUND")) : Promise.resolve(addresses);
};

test.each([
  ["reg.example.com", "store.example.com", undefined],
  ["reg.example.com", "metadata.example.com", "link-local"],
  ["reg.example.com", "metadata6.example.com", "private"],
  ["reg.example.com", "inside.example.com", "private"],
  ["reg.example.com", "here.example.com", "loopback"],
  ["reg.example.com", "nowhere.example.com", undefined],
  ["reg.corp.example.com", "store.corp.example.com", undefined],
  ["reg.corp.example.com", "metadata.example.com", "link-local"],
  ["metadata.example.com", "metadata.example.com", undefined],
])("%s sends to %s: %s", async (home, name, reach) => {
  const reason = await refuseInternalAddress(new URL(`https://${name}/x`), new URL(`https://${home}`), lookup);
  expect(reason?.includes(reach ?? "?") ?? reach === undefined).toBe(true);
});

test("the machine's own name service knows its own name", async () => {
  const addresses = await lookUp("localhost");
  expect(addresses.some((address) => address === "127.0.0.1" || address === "::1")).toBe(true);
});
