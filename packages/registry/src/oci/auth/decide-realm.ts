import { reachOf } from "../../http/address.ts";

/** Facts about the address of a token service. */
export interface RealmFacts {
  /** The realm of the challenge; text of a stranger. */
  readonly realm: string;
  /** Base address of the registry. */
  readonly registry: URL;
  /** The realm that the configuration, or the table of known registries, names for this registry. */
  readonly trusted: string | undefined;
  readonly hasCredentials: boolean;
}

/** Decision if tokens are fetched there, and if credentials are sent. */
export type RealmDecision =
  | { readonly kind: "use"; readonly url: URL; readonly credentials: boolean }
  | { readonly kind: "refuse"; readonly reason: string };

/**
 * Judges a token realm: credentials go to the registry's own host name, or to the very realm that is configured; a stranger's
 * realm may be asked anonymously if it is public and uses https.
 *
 * Sources: google/go-containerregistry#2258 and #2359 (realms on private and link-local addresses).
 */
export function decideRealm(facts: RealmFacts): RealmDecision {
  const refuse = (reason: string): RealmDecision => ({ kind: "refuse", reason });
  if (!URL.canParse(facts.realm)) return refuse("it is not an address");
  const url = new URL(facts.realm);
  url.hash = "";
  if (isTrusted(url, facts.trusted)) return { kind: "use", url, credentials: true };
  if (url.username !== "" || url.password !== "") return refuse("its address carries a user or password");
  const sameHost = url.hostname === facts.registry.hostname;
  const reach = reachOf(url.hostname);
  const homely = sameHost || (reach === "loopback" && reachOf(facts.registry.hostname) === "loopback");
  if (reach !== "public" && !homely) return refuse(`it is on a ${reach} address`);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && homely && facts.registry.protocol === "http:")) {
    return refuse(`credentials and tokens do not travel over ${url.protocol.replace(":", "")} there`);
  }
  if (!sameHost && facts.hasCredentials)
    return refuse("it is on another host than the registry, and credentials stay with the registry");
  return { kind: "use", url, credentials: sameHost };
}

/** The configured realm is the same service whatever query it carries. */
function isTrusted(url: URL, trusted: string | undefined): boolean {
  if (trusted === undefined || !URL.canParse(trusted)) return false;
  const known = new URL(trusted);
  return known.origin === url.origin && known.pathname === url.pathname;
}
