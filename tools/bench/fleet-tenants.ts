// A process of its own for `pnpm bench fleet`: answers every path with the commit after 20 ms; prints its port, and the most
// connections that were open at once when its standard input ends.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const body = JSON.stringify({ git_sha: process.argv[2] });
let open = 0;
let most = 0;
const server = createServer((_request, response) => {
  setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(body), 20);
});
server.keepAliveTimeout = 60_000;
server.on("connection", (socket) => {
  most = Math.max(most, ++open);
  socket.on("close", () => open--);
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.stdin.on("data", () => {
  console.log(most);
  most = open;
});
process.stdin.on("end", () => process.exit(0));
