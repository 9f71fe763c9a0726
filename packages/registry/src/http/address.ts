import { isIPv4, isIPv6 } from "node:net";

/** Which part of the network a host name belongs to, as far as the name itself tells. */
export type Reach = "loopback" | "private" | "link-local" | "public";

/**
 * The reach of the host of a URL (`URL.hostname`, which writes every spelling of an IPv4 address in its dotted form).
 *
 * Sources: RFC 6890 (special-purpose addresses), RFC 6761 §6.3 (`localhost.`), RFC 4193 (unique local IPv6).
 */
export function reachOf(hostname: string): Reach {
  const host = hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (host === "localhost" || host.endsWith(".localhost")) return "loopback";
  if (isIPv4(host)) return reachOfIpv4(host);
  if (isIPv6(host)) return reachOfIpv6(host);
  return "public";
}

/** True for a registry host (`name[:port]`) on this machine. */
export function isLoopbackHost(host: string): boolean {
  return URL.canParse(`http://${host}`) && reachOf(new URL(`http://${host}`).hostname) === "loopback";
}

function reachOfIpv4(address: string): Reach {
  const [a = 0, b = 0] = address.split(".").map(Number);
  if (a === 127) return "loopback";
  if (a === 169 && b === 254) return "link-local";
  const isPrivate =
    a === 0 ||
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b <= 127);
  return isPrivate || a >= 224 ? "private" : "public";
}

function reachOfIpv6(address: string): Reach {
  // URL.hostname writes mapped addresses as ::ffff:7f00:1.
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped !== null) {
    const bits = (Number.parseInt(mapped[1] ?? "0", 16) << 16) | Number.parseInt(mapped[2] ?? "0", 16);
    return reachOfIpv4([24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join("."));
  }
  if (address === "::1") return "loopback";
  const first = Number.parseInt(address.split(":")[0] || "0", 16);
  if (first >= 0xfe80 && first <= 0xfebf) return "link-local";
  return address === "::" || (first & 0xfe00) === 0xfc00 || first >= 0xff00 ? "private" : "public";
}
