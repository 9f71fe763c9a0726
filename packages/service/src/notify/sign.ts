import { createHmac } from "node:crypto";

/**
 * The headers of a message, as Standard Webhooks has them: receivers verify it with any library for that.
 *
 * A secret that begins with `whsec_` is base64; any other is taken as it is. Source: https://github.com/standard-webhooks/standard-webhooks
 */
export function signatureHeaders(id: string, atMs: number, body: string, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1_000));
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : Buffer.from(secret);
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
