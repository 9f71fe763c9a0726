import type { Lookup } from "../../http/connect-to-allowed.ts";
import { type Reach, reachOf } from "../../http/address.ts";

/** The name service of the machine. */
export const lookUp: Lookup = async (hostname) => {
  const { lookup } = await import("node:dns/promises");
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
};

/**
 * The reason to refuse a name that a registry gave: it resolves to an address inside our network, and the registry itself is not there.
 *
 * A name that cannot be looked up is not judged: the request will fail, or a proxy that knows it resolves it. Without a proxy the addresses are
 * judged once more when the connection is made (`connectToAllowed`); this check is the one that says in plain words what is wrong.
 */
export async function refuseInternalAddress(url: URL, home: URL, lookup: Lookup): Promise<string | undefined> {
  if (url.hostname === home.hostname) return undefined;
  return await refuseAddresses(await addressesOf(url, lookup), home, lookup);
}

export async function refuseAddresses(
  addresses: readonly string[],
  home: URL,
  lookup: Lookup,
): Promise<string | undefined> {
  const there = addresses.map((address): Reach => reachOf(address));
  if (there.includes("link-local")) return "its name resolves to a link-local address";
  const inside = there.find((reach) => reach !== "public");
  if (inside === undefined) return undefined;
  const isInside = (await addressesOf(home, lookup)).some((address) => reachOf(address) !== "public");
  return isInside ? undefined : `its name resolves to a ${inside} address`;
}

async function addressesOf(url: URL, lookup: Lookup): Promise<readonly string[]> {
  try {
    return await lookup(url.hostname.replace(/^\[|\]$/g, ""));
  } catch {
    return [];
  }
}
