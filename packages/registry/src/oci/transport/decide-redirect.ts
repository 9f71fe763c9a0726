import { reachOf } from "../../http/address.ts";

/** Facts known when a registry answers with a redirect. */
export interface RedirectFacts {
  readonly method: string;
  readonly status: number;
  readonly location: string | undefined;
  /** The address that answered. */
  readonly from: URL;
  /** The registry's own address, or that of the token service. */
  readonly home: URL;
}

/** Target of the redirect, with or without credentials; or the reason of a refusal. */
export type RedirectDecision =
  | { readonly kind: "follow"; readonly url: URL; readonly sameOrigin: boolean }
  | { readonly kind: "refuse"; readonly reason: string };

/** Statuses after which a client repeats the same method with the same body. Source: RFC 9110 §15.4.8, §15.4.9. */
const keepsMethod = [307, 308];

/**
 * Decides if a redirect is followed. Credentials never leave the origin (the caller never gives them back on a later hop); a write
 * keeps method and body or fails; nothing goes from https to http, nor to an address inside the network that is not the
 * registry's own, save that a registry on loopback may send to loopback.
 */
export function decideRedirect(facts: RedirectFacts): RedirectDecision {
  const refuse = (reason: string): RedirectDecision => ({ kind: "refuse", reason });
  if (facts.location === undefined || !URL.canParse(facts.location, facts.from.href))
    return refuse("it names no address");
  const url = new URL(facts.location, facts.from.href);
  if (url.protocol !== "https:" && url.protocol !== "http:") return refuse(`it leads to ${url.protocol}`);
  if (url.username !== "" || url.password !== "") return refuse("its address carries a user or password");
  const reads = facts.method === "GET" || facts.method === "HEAD";
  if (!reads && !keepsMethod.includes(facts.status))
    return refuse(`status ${facts.status} would turn ${facts.method} into GET`);
  if (url.protocol === "http:" && facts.from.protocol === "https:") return refuse("it leads from https to http");
  const reach = reachOf(url.hostname);
  const homely =
    url.hostname === facts.home.hostname || (reach === "loopback" && reachOf(facts.home.hostname) === "loopback");
  if (reach !== "public" && !homely) return refuse(`it leads to a ${reach} address`);
  if (url.protocol === "http:" && !homely) return refuse("it leads to plain http on another host");
  url.hash = "";
  return { kind: "follow", url, sameOrigin: url.origin === facts.home.origin };
}
