/**
 * True if `host` names this machine: `localhost`, any name under `.localhost`, 127.0.0.0/8 (also IPv4-mapped) and `::1`.
 *
 * Takes a host as URLs spell it, with or without a port, or a bare IPv6 address. It decides whether a token may travel over plain
 * http, so every spelling that is not certain is `false`.
 * Sources: RFC 6761 §6.3 (`localhost.`), RFC 1122 §3.2.1.3 (127/8), RFC 4291 §2.5.3 (`::1`) and §2.5.5.2 (IPv4-mapped).
 */
export function isLoopback(host: string): boolean {
  // As URL writes it; a fleet on loopback asks ten thousand times.
  if (/^127(?:\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3}$/.test(host)) return true;
  if (!/^[a-z0-9._:[\]-]+$/i.test(host)) return false;
  const isBareIpv6 = !host.startsWith("[") && host.split(":").length > 2;
  // URL writes 127.1, 0x7f.1 and 2130706433 as 127.0.0.1, and [::ffff:127.0.0.1] as [::ffff:7f00:1].
  const name = URL.parse(`http://${isBareIpv6 ? `[${host}]` : host}`)?.hostname.replace(/\.$/, "");
  if (name === undefined) return false;
  if (name === "localhost" || name.endsWith(".localhost") || name === "[::1]") return true;
  return /^127(?:\.\d{1,3}){3}$/.test(name) || /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(name);
}
