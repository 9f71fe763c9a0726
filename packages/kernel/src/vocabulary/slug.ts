import { inputError } from "./input-error.ts";

/** The name of one tenant, safe to put into a host name. Built only by {@link parseSlug}. */
export type Slug = string & { readonly "@lateen/Slug": true };

/**
 * Reads a tenant slug: a DNS label in lower case.
 *
 * The grammar is a security rule: a slug becomes part of a URL, so it is checked before anything is sent.
 * Source: RFC 1123 §2.1 (host name labels, at most 63 characters).
 * @throws ReleaseError `SLUG_INVALID`
 */
export function parseSlug(text: string): Slug {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) {
    throw inputError("SLUG_INVALID", "a tenant slug", text, "use 1 to 63 of a-z, 0-9 and inner hyphens");
  }
  return text as Slug;
}
