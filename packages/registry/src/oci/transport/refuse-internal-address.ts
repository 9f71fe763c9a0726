import { type Reach, reachOf } from "../../http/address.ts";

/** The addresses of a host name. */
export type Lookup = (hostname: string) => Promise<readonly string[]>;

/** The name service of the machine. */
export const lookUp: Lookup = async (hostname) => {
  const { lookup } = await import("node:dns/promises");
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
};

/**
 * Why a name that a stranger gave is not followed: because it stands for an address inside our network, where the registry itself is not.
 *
 * A name that cannot be looked up is not judged: the request will fail, or a proxy that knows it resolves it. What the name stands for may
 * change until the connection is made; this keeps out what is written in a public zone (`metadata.google.internal` and its like), not
 * whoever runs a name server against us.
 */
export async function refuseInternalAddress(url: URL, home: URL, lookup: Lookup): Promise<string | undefined> {
  if (url.hostname === home.hostname) return undefined;
  const there = await reachesOf(url, lookup);
  if (there.includes("link-local")) return "its name stands for a link-local address";
  const inside = there.find((reach) => reach !== "public");
  if (inside === undefined || (await reachesOf(home, lookup)).some((reach) => reach !== "public")) return undefined;
  return `its name stands for a ${inside} address`;
}

async function reachesOf(url: URL, lookup: Lookup): Promise<Reach[]> {
  try {
    return (await lookup(url.hostname.replace(/^\[|\]$/g, ""))).map((address) => reachOf(address));
  } catch {
    return [];
  }
}
