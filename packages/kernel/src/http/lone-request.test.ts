import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { once } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { writeRequest } from "./lone-request.ts";

const url = new URL("http://user:hunter2@example.test:8080/a%20b?c=d#e");
const text = (given: string | Buffer) => (typeof given === "string" ? given : given.toString("latin1"));

test("a request says that it is the last one of its connection, and holds nothing of user and fragment", () => {
  expect(writeRequest(url, { method: "GET", headers: { accept: "*/*" } })).toBe(
    "GET /a%20b?c=d HTTP/1.1\r\nhost: example.test:8080\r\nconnection: close\r\naccept: */*\r\n\r\n",
  );
});

test.each([
  ["https://example.test", "example.test"],
  ["https://example.test:443/", "example.test"],
  ["http://[::1]:81/", "[::1]:81"],
  ["http://münchen.example/", "xn--mnchen-3ya.example"],
])("the host of %s is written as %s", (address, host) => {
  expect(writeRequest(new URL(address), { method: "GET", headers: {} })).toContain(`\r\nhost: ${host}\r\n`);
});

test.each([
  ["a text", "käse", 5],
  ["bytes", Buffer.from([0, 13, 10, 255]), 4],
  ["an empty text", "", 0],
  ["none of POST", undefined, 0],
])("a body that is %s has its length in bytes", (_, body, length) => {
  const written = text(writeRequest(url, { method: "POST", headers: { "Content-Length": "999" }, body }));
  const [head = "", sent = ""] = written.split("\r\n\r\n", 2);
  expect(head.match(/content-length: \d+/gi)).toEqual([`content-length: ${length}`]);
  if (body !== undefined) expect(Buffer.from(sent, "latin1")).toEqual(Buffer.from(body).subarray(0, sent.length));
});

test("the caller's host counts, and its connection does not: it ends with the answer", () => {
  const written = writeRequest(url, { method: "GET", headers: { Host: "t1.test", Connection: "keep-alive" } });
  expect(text(written).match(/(?:host|connection): .*/gi)).toEqual(["connection: close", "Host: t1.test"]);
});

test.each<[string, Parameters<typeof writeRequest>[1], string?]>([
  ["a method of two lines", { method: "GET /x HTTP/1.1\r\nx:", headers: {} }],
  ["no method", { method: "", headers: {} }],
  ["a header of two lines", { method: "GET", headers: { authorization: "Bearer hunter2\r\nx: y" } }],
  ["a header with a bare LF", { method: "GET", headers: { authorization: "hunter2\n" } }],
  ["a header beyond ISO 8859-1", { method: "GET", headers: { authorization: "hunter2 ✓" } }],
  ["a name with a colon", { method: "GET", headers: { "a:b": "hunter2" } }],
  ["a name with a blank", { method: "GET", headers: { "a ": "hunter2" } }],
  ["an empty name", { method: "GET", headers: { "": "hunter2" } }],
  ["a coding that is not done", { method: "POST", headers: { "Transfer-Encoding": "chunked" }, body: "hunter2" }],
  ["an upgrade", { method: "GET", headers: { upgrade: "h2c" } }],
  ["a wait for 100", { method: "POST", headers: { expect: "100-continue" }, body: "hunter2" }],
  ["another protocol", { method: "GET", headers: {} }, "ftp://example.test/"],
])("%s is refused, and nothing of it repeated", (_, init, address) => {
  const write = () => writeRequest(address === undefined ? url : new URL(address), init);
  expect(write).toThrow(TypeError);
  expect(write).not.toThrow(/hunter2/);
});

test("whatever is written, a server reads one request: the one that was meant", async () => {
  const seen: { method?: string | undefined; url?: string | undefined; value: unknown; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString("latin1")));
    request.on("end", () => {
      seen.push({ method: request.method, url: request.url, value: request.headers["x-value"], body });
      response.end();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const latin1 = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST", "DELETE"),
      fc.webPath(),
      latin1,
      fc.option(fc.uint8Array({ maxLength: 50 }), { nil: undefined }),
      async (method, path, value, body) => {
        const address = new URL(`http://127.0.0.1:${port}${path}`);
        let written: string | Buffer;
        try {
          written = writeRequest(address, { method, headers: { "X-Value": value }, body });
        } catch {
          expect(/[^\t\x20-\x7e\x80-\xff]/.test(value)).toBe(true);
          return;
        }
        seen.length = 0;
        const socket = connect(port, "127.0.0.1");
        socket.write(written, "latin1");
        socket.resume();
        await once(socket, "close");
        expect(seen).toEqual([
          {
            method,
            url: address.pathname + address.search,
            value: value.replace(/^[\t ]+|[\t ]+$/g, ""),
            body: Buffer.from(body ?? []).toString("latin1"),
          },
        ]);
      },
    ),
    { numRuns: 100 },
  );
  server.close();
});
