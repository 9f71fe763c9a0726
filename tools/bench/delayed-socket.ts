import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A server that passes bytes on, late. */
export interface DelayedSocket {
  readonly host: string;
  close(): Promise<void>;
}

/**
 * Starts a proxy that holds every piece of data back by `delayMs`, in either direction. It does not read what it passes on, so that it
 * costs little next to the programs that are measured.
 */
export async function startDelayedSocket(target: string, delayMs: number): Promise<DelayedSocket> {
  const { hostname, port } = new URL(`http://${target}`);
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on("error", () => undefined);
      from.on("close", () => setTimeout(() => (open.delete(from), to.destroy()), 2 * delayMs));
      from.on("data", (chunk) => setTimeout(() => to.writable && !to.write(chunk) && from.pause(), delayMs));
      from.on("end", () => setTimeout(() => to.end(), delayMs));
      to.on("drain", () => from.resume());
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
