// As a whole, as in lone-connect.ts.
import net from "node:net";
import tls from "node:tls";
import { type Connect, type ConnectOptions, hostOf } from "./lone-connect.ts";

/** Sessions of most hosts that are kept, as many as by Node's agent. */
const mostSessions = 100;

/**
 * Connections over TLS that offer HTTP/1.1 alone, as undici does: a server that speaks only HTTP/2 then says so in the handshake. Only
 * sessions are kept: a connection that resumes one is a new connection all the same.
 */
export function createSecureConnect({
  lookup,
  serverName,
  skipVerification = false,
  ca,
  cert,
  key,
}: ConnectOptions): Connect {
  const context = tls.createSecureContext({ ca: ca as string | string[] | undefined, cert, key });
  const sessions = new Map<string, Buffer>();
  const keep = (origin: string, session: Buffer): void => {
    // The oldest goes.
    sessions.delete(origin);
    const [oldest] = sessions.size < mostSessions ? [] : sessions.keys();
    if (oldest !== undefined) sessions.delete(oldest);
    sessions.set(origin, session);
  };
  return (url) => {
    const { origin, port } = url;
    const host = hostOf(url);
    const socket = tls.connect({
      host,
      port: Number(port || 443),
      lookup,
      secureContext: context,
      // The name of an address of numbers is not sent (RFC 6066 §3).
      servername: serverName ?? (net.isIP(host) === 0 ? host : ""),
      rejectUnauthorized: !skipVerification,
      ALPNProtocols: ["http/1.1"],
      session: sessions.get(origin),
    });
    return (
      socket
        .setNoDelay(true)
        .on("session", (session) => keep(origin, session))
        // A session that a server refuses is not offered again.
        .once("error", () => sessions.delete(origin))
    );
  };
}
