import type { LookupAddress } from "node:dns";
import { isIPv6, type LookupFunction } from "node:net";
import { refuseAddresses } from "../oci/transport/refuse-internal-address.ts";

/** The addresses of a host name. */
export type Lookup = (hostname: string) => Promise<readonly string[]>;

/**
 * Resolves a host name when a connection is made, and refuses addresses to which a registry at `home` may not send us. The addresses that are
 * judged are the ones that are connected to, so that a name server cannot change its answer in between.
 */
export function connectToAllowed(home: URL, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    const answer = async (): Promise<LookupAddress[]> => {
      const addresses = await lookup(hostname);
      const reason = hostname === bare(home) ? undefined : await refuseAddresses(addresses, home, lookup);
      if (reason !== undefined) throw Object.assign(new Error(reason), { code: "ADDRESS_REFUSED" });
      const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
      const wanted =
        options.family === 4 || options.family === 6 ? found.filter(({ family }) => family === options.family) : found;
      if (wanted.length === 0) throw Object.assign(new Error(`no address for ${hostname}`), { code: "ENOTFOUND" });
      return wanted;
    };
    answer().then(
      (found) =>
        options.all === true ? callback(null, found) : callback(null, found[0]?.address ?? "", found[0]?.family),
      (error: NodeJS.ErrnoException) => callback(error, ""),
    );
  };
}

function bare(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}
