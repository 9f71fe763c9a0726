import { isIPv4, isIPv6 } from "node:net";
import { isLoopback } from "@lateen/kernel";

/** The part of the network that a host belongs to, as far as its name or address shows. */
export type Reach = "loopback" | "private" | "link-local" | "public";

/**
 * The reach of the host of a URL (`URL.hostname`, which writes every spelling of an IPv4 address in its dotted form), or of a bare address.
 *
 * Everything that the registries of special-purpose addresses do not list as global is `private`, and an IPv6 address that carries an IPv4
 * address has the reach of that one: a gateway may unpack it.
 * Sources: iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry (RFC 6890).
 */
export function reachOf(hostname: string): Reach {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isLoopback(hostname)) return "loopback";
  if (isIPv4(host)) return reachOfIpv4(Number(new URL(`http://${host}`).hostname.split(".").reduce(shiftIn, "0")));
  return isIPv6(host) ? reachOfIpv6(host) : "public";
}

function shiftIn(sum: string, part: string): string {
  return String(Number(sum) * 256 + Number(part));
}

/** First address and length of the prefix. */
const localIpv4: readonly (readonly [string, number, Reach])[] = [
  ["0.0.0.0", 8, "private"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "private"],
  ["127.0.0.0", 8, "loopback"],
  ["169.254.0.0", 16, "link-local"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "private"],
  ["192.0.2.0", 24, "private"],
  ["192.88.99.0", 24, "private"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "private"],
  ["198.51.100.0", 24, "private"],
  ["203.0.113.0", 24, "private"],
  ["224.0.0.0", 3, "private"],
];

function reachOfIpv4(address: number): Reach {
  const found = localIpv4.find(([first, length]) => {
    const size = 2 ** (32 - length);
    return Math.floor(address / size) === Math.floor(Number(first.split(".").reduce(shiftIn, "0")) / size);
  });
  return found?.[2] ?? "public";
}

/** First groups of a prefix of whole groups under which an IPv4 address is carried, and the group at which it begins. */
const carriers: readonly (readonly [readonly number[], number])[] = [
  [[0, 0, 0, 0, 0, 0xffff], 6], // IPv4-mapped
  [[0, 0, 0, 0, 0xffff, 0], 6], // IPv4-translated (RFC 2765)
  [[0, 0, 0, 0, 0, 0], 6], // IPv4-compatible
  [[0x64, 0xff9b, 0, 0, 0, 0], 6], // NAT64 (RFC 6052)
  [[0x2002], 1], // 6to4
];

function reachOfIpv6(address: string): Reach {
  const groups = groupsOf(address);
  const [first = 0, second = 0] = groups;
  if (groups.every((group, index) => group === (index === 7 ? 1 : 0))) return "loopback";
  const carrier = carriers.find(([prefix]) => prefix.every((group, index) => groups[index] === group));
  if (carrier !== undefined) return reachOfIpv4((groups[carrier[1]] ?? 0) * 65_536 + (groups[carrier[1] + 1] ?? 0));
  if ((first & 0xffc0) === 0xfe80) return "link-local";
  // Global unicast is 2000::/3; of it, Teredo and its neighbours (2001::/23), documentation and local NAT64 (64:ff9b:1::/48) are not.
  const isGlobal =
    (first & 0xe000) === 0x2000 && !(first === 0x2001 && (second < 0x200 || second === 0xdb8)) && first !== 0x3fff;
  return isGlobal ? "public" : "private";
}

/** The eight groups of an address in any spelling. */
function groupsOf(address: string): number[] {
  const text = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  const [head = "", tail] = text.split("::");
  const parse = (part: string | undefined) => (part ? part.split(":").map((group) => Number.parseInt(group, 16)) : []);
  const [front, back] = [parse(head), parse(tail)];
  return tail === undefined ? front : [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
}
