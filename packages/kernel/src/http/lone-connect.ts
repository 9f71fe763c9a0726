// As a whole: the documentation bundles what it shows for browsers, which have no member of it.
import net, { type Socket } from "node:net";
import type { SenderOptions } from "./sender.ts";

/** What a connection without a pool is made with. */
export type ConnectOptions = Omit<SenderOptions, "maxSockets" | "proxy">;

/** Begins to connect to the host of an address. */
export type Connect = (url: URL) => Socket;

/** Connections without TLS. */
export function createPlainConnect({ lookup }: ConnectOptions): Connect {
  return (url) => net.connect({ host: hostOf(url), port: Number(url.port || 80), lookup, noDelay: true });
}

/** The host of `url` as sockets take it: IPv6 without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}
