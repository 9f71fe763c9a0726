import { expect, test } from "vitest";
import { isLoopbackHost, reachOf } from "./address.ts";

test.each([
  ["localhost", "loopback"],
  ["registry.localhost", "loopback"],
  ["localhost.example.com", "public"],
  ["127.0.0.1", "loopback"],
  ["127.9.9.9", "loopback"],
  ["[::1]", "loopback"],
  ["[::ffff:7f00:1]", "loopback"],
  ["10.0.0.1", "private"],
  ["172.16.0.1", "private"],
  ["172.32.0.1", "public"],
  ["192.168.1.1", "private"],
  ["100.64.0.1", "private"],
  ["0.0.0.0", "private"],
  ["224.0.0.1", "private"],
  ["169.254.169.254", "link-local"],
  ["[fe80::1]", "link-local"],
  ["[fd00:ec2::254]", "private"],
  ["[::]", "private"],
  ["[2001:db8::1]", "public"],
  ["8.8.8.8", "public"],
  ["ghcr.io", "public"],
])("%s is %s", (host, reach) => {
  expect(reachOf(host)).toBe(reach);
});

test("a registry on loopback is known with and without a port", () => {
  expect(["localhost:5000", "127.0.0.1", "[::1]:5000"].every(isLoopbackHost)).toBe(true);
  expect(["ghcr.io", "10.0.0.1:5000", "127.0.0.1.example.com"].some(isLoopbackHost)).toBe(false);
});
