/** Longest wait for a TLS answer in milliseconds: a server on this machine that speaks TLS answers at once. */
const patienceMs = 500;

/**
 * The scheme that a server on this machine speaks, by a TLS handshake that ends before anything is sent over it.
 *
 * Only the scheme is found out here: a certificate is judged with the first request. A server that speaks no TLS answers with an error, closes
 * the connection, or waits for more.
 */
export async function findScheme(address: URL): Promise<"https" | "http"> {
  // Loaded when needed: a registry elsewhere, or with an entry, does without it.
  const { connect } = await import("node:tls");
  const host = address.hostname.replace(/^\[|\]$/g, "");
  return await new Promise((resolve) => {
    const port = Number(address.port || 443);
    // Without certificates to judge by, of which loading takes 25 ms (measured November 2026).
    const socket = connect({ host, port, ca: [], rejectUnauthorized: false, timeout: patienceMs });
    const end = (scheme: "https" | "http") => {
      socket.destroy();
      resolve(scheme);
    };
    socket.once("secureConnect", () => end("https"));
    socket.once("timeout", () => end("http"));
    // An alert is TLS too: the server wants a client certificate, or a newer version.
    socket.once("error", (error: Error & { code?: unknown }) =>
      end(/ALERT/.test(String(error.code)) ? "https" : "http"),
    );
    socket.once("close", () => end("http"));
  });
}
