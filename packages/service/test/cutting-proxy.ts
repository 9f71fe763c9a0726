import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Where a commit is lost: the database gets it and its answer does not arrive, or it does not get it. */
export type Cut = "after" | "before";

/** A way to the database at `url` that can lose a commit, or fall silent. */
export async function startCuttingProxy(url: string): Promise<{
  readonly url: string;
  /** Loses the next commit on one of the connections. */
  loseNextCommit(where: Cut): void;
  /** From now on nothing gets through, and nothing says so: connections stay open, and new ones are made. */
  fallSilent(): void;
  /** What was held back gets through, as it does once a network is whole again. */
  speak(): void;
  close(): Promise<void>;
}> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let armed: Cut | undefined;
  let isSilent = false;
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    for (const socket of [client, database]) {
      sockets.add(socket.on("error", () => undefined));
      socket.once("close", () => sockets.delete(socket));
    }
    const end = (): void => {
      client.destroy();
      database.destroy();
    };
    client.once("close", end);
    database.once("close", end);
    let isLost = false;
    client.on("data", (data) => {
      const where = armed !== undefined && /commit\0/i.test(data.toString("latin1")) ? armed : undefined;
      if (where === undefined) return void database.write(data);
      [armed, isLost] = [undefined, true];
      if (where === "before") end();
      else database.write(data);
    });
    database.on("data", (data) => void (isLost ? end() : client.write(data)));
    if (isSilent) for (const socket of [client, database]) socket.pause();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(port);
  return {
    url: through.href,
    loseNextCommit: (where) => void (armed = where),
    fallSilent() {
      isSilent = true;
      for (const socket of sockets) socket.pause();
    },
    speak() {
      isSilent = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
