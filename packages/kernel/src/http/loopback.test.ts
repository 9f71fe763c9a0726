import fc from "fast-check";
import { expect, test } from "vitest";
import { isLoopback } from "./loopback.ts";

test.each([
  "localhost",
  "LocalHost",
  "localhost.",
  "localhost:5000",
  "app.localhost",
  "a.b.localhost.",
  "git.localhost:9",
  "127.0.0.1",
  "127.0.0.1:3000",
  "127.255.255.254",
  "127.1",
  "0x7f.0.0.1",
  "2130706433",
  "::1",
  "[::1]",
  "[::1]:8080",
  "0:0:0:0:0:0:0:1",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "::ffff:127.8.9.10",
])("%s is this machine", (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each([
  "",
  ".",
  "example.com",
  "localhost.example.com",
  "notlocalhost",
  "localhost..",
  "127.0.0.1.example.com",
  "127.0.0.1.nip.io",
  "128.0.0.1",
  "126.255.255.255",
  "0.0.0.0",
  "10.0.0.1",
  "169.254.169.254",
  "::",
  "[::]",
  "::2",
  "[::127.0.0.1]",
  "[::ffff:10.0.0.1]",
  "[::ffff:0:127.0.0.1]",
  "[64:ff9b::127.0.0.1]",
  "[fe80::1]",
  "[::1%25eth0]",
  "localhost@example.com",
  "example.com@localhost",
  "localhost/@example.com",
  "example.com#localhost",
  "example.com?localhost",
  "localhost\\@example.com",
  "local\nhost",
  " localhost",
  "http://localhost",
  "localhost:port",
  "localhost:99999",
  "ⓛocalhost",
])("%j is another machine, or nothing that can be known", (host) => {
  expect(isLoopback(host)).toBe(false);
});

test("all of 127/8 is this machine and no other IPv4 address is", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(octet, octet, octet, octet, (a, b, c, d) => {
      const address = [a, b, c, d].join(".");
      expect(isLoopback(address)).toBe(a === 127);
      expect(isLoopback(`[::ffff:${address}]`)).toBe(a === 127);
    }),
  );
});
