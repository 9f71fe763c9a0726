import { lookup as resolve, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { isLoopback, ReleaseError } from "@lateen/kernel";

/** Addresses that a machine keeps for itself: link-local (credentials of clouds), unspecified, multicast. */
const forbidden = new BlockList();
forbidden.addSubnet("169.254.0.0", 16, "ipv4");
forbidden.addSubnet("0.0.0.0", 8, "ipv4");
forbidden.addSubnet("224.0.0.0", 3, "ipv4");
forbidden.addSubnet("fe80::", 10, "ipv6");
forbidden.addSubnet("ff00::", 8, "ipv6");
forbidden.addAddress("::", "ipv6");
// The metadata service of AWS over IPv6. Source: AWS, Instance metadata and user data.
forbidden.addAddress("fd00:ec2::254", "ipv6");

const own = new BlockList();
own.addSubnet("127.0.0.0", 8, "ipv4");
own.addAddress("::1", "ipv6");

/** If a message may be sent to an address that a name was resolved to; `toLoopback` if the name itself says loopback. */
export function isSendable(address: string, toLoopback: boolean): boolean {
  // An address of IPv4 inside of one of IPv6 is that address; BlockList sees through it.
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (isIP(address) === 0 || forbidden.check(address, family)) return false;
  return toLoopback || !own.check(address, family);
}

/** Checks what a webhook's address says by itself. @throws ReleaseError `WEBHOOK_ADDRESS` */
export function vetAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw refused("it is no http address");
  if (url.username !== "" || url.password !== "") throw refused("it holds credentials");
  const host = url.hostname.replaceAll(/^\[|\]$/g, "");
  const toLoopback = isLoopback(url.hostname);
  if (url.protocol === "http:" && !toLoopback) throw refused("plain http is for loopback only");
  if (isIP(host) !== 0 && !isSendable(host, toLoopback)) throw refused(`${host} is not an address of a receiver`);
  return url;
}

/**
 * Resolves a name and passes on only addresses that may be sent to: what is checked is what is connected to.
 *
 * @param ask - Name service. @default that of the machine
 */
export function lookupFor({ hostname }: URL, ask: typeof resolve = resolve): LookupFunction {
  const toLoopback = isLoopback(hostname);
  return (name, options, callback) => {
    ask(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const sendable = addresses.filter(({ address }: LookupAddress) => isSendable(address, toLoopback));
      const [first] = sendable;
      if (first === undefined) return callback(refused(`${name} is not an address of a receiver`), []);
      if (options.all === true) callback(null, sendable);
      else callback(null, first.address, first.family);
    });
  };
}

function refused(why: string): ReleaseError {
  return new ReleaseError({
    code: "WEBHOOK_ADDRESS",
    category: "input",
    message: `a webhook cannot be sent: ${why}`,
    fix: "give the https address of the receiver",
  });
}
