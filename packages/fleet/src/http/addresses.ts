import { isLoopback, plainText, type ReleaseError } from "@lateen/kernel";
import { fleetError } from "../errors.ts";

/**
 * Reads the address of a control plane or a tenant: `https:`, or `http:` to loopback, or `http:` anywhere if that is said.
 *
 * @throws ReleaseError `FLEET_URL_INVALID`
 */
export function parseAddress(text: string, insecure: boolean): URL {
  const url = URL.parse(text);
  if (url === null) throw invalid(text, "is not an address", "write it as https://api.example.com");
  if (url.username !== "" || url.password !== "")
    throw invalid(url.origin, "carries a user or a password", "leave them out");
  if (url.protocol === "https:") return url;
  if (url.protocol !== "http:")
    throw invalid(text, "is neither https: nor http:", "write it as https://api.example.com");
  if (!insecure && !isLoopback(url.hostname))
    throw invalid(text, "is plain http to another machine", "use https:, or say insecure: true");
  return url;
}

function invalid(text: string, what: string, fix: string): ReleaseError {
  return fleetError("FLEET_URL_INVALID", "input", { message: `${plainText(text, 200)} ${what}`, fix });
}
