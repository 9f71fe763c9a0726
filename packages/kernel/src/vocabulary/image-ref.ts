import { type Digest, digestHint, isDigest } from "./digest.ts";
import { inputError } from "./input-error.ts";

/** An image repository without tag or digest, with its host if one was given. Built only by {@link parseImageRef}. */
export type Repository = string & { readonly "@lateen/Repository": true };

/** An image reference in its parts; `host` is undefined for a short name such as `alpine`. */
export interface ImageRef {
  /** Host, and port if one was given, in lower case. */
  readonly host: string | undefined;
  /** Path within the registry, such as `acme/platform`. */
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
  /** `host/path`, or `path` for a short name. */
  readonly repository: Repository;
}

const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const pathGrammar = new RegExp(`^${component}(?:/${component})*$`);
const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const hostGrammar = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:.]+\\])(?::[1-9]\\d*)?$`);
const tagGrammar = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** A name of 255 characters, a tag of 128, and a digest of 135 (sha512), with what separates them. */
const longestRef = 255 + 1 + 128 + 1 + 135;

/**
 * Reads an image reference by the distribution grammar: `[host[:port]/]path[:tag][@digest]`.
 *
 * A first component is a host if it has a dot, a colon or a capital letter, or is `localhost`.
 * Source: github.com/distribution/reference, grammar in reference.go; total name length 255.
 * @throws ReleaseError `IMAGE_REF_INVALID`
 */
export function parseImageRef(text: string): ImageRef {
  // The patterns below take time with the square of the length, so that the length comes first; nothing of such a text is shown.
  if (text.length > longestRef)
    throw inputError(
      "IMAGE_REF_INVALID",
      "an image reference",
      "…",
      `a reference has at most ${longestRef} characters`,
    );
  // A password in front of the host must not be repeated.
  const shown = text.replace(/(^|\/\/)[^/]*@(?=[^/]*\/)/, "$1…@");
  const refuse = (why: string) => inputError("IMAGE_REF_INVALID", "an image reference", shown, why);
  if (text.includes("://")) throw refuse("leave the scheme out: host/repository:tag");
  if (/^[^/]*@[^/:]*\//.test(text) || /^[^/]*@[^/]*:\d+\//.test(text)) throw refuse("leave user and password out");
  const [named = "", digest, ...others] = text.split("@");
  if (others.length > 0) throw refuse("only one digest is allowed: host/repository:tag@sha256:…");
  if (digest !== undefined && !isDigest(digest)) throw refuse(digestHint);
  const { name, tag } = splitTag(named);
  if (tag !== undefined && !isTag(tag)) throw refuse("a tag has 1 to 128 of A-Z a-z 0-9 _ . -, and no . or - in front");
  const { host, path } = splitHost(name);
  if (host !== undefined && !(hostGrammar.test(host) && URL.canParse(`http://${host}`)))
    throw refuse("the host is a name or an address, and may have a port");
  if (!pathGrammar.test(path) || name.length > 255) throw refuse("a repository is lower case: host/team/image:tag");
  const repository = (host === undefined ? path : `${host}/${path}`) as Repository;
  return { host, path, tag, digest, repository };
}

/** The reference as text that {@link parseImageRef} reads back. */
export function formatImageRef(ref: Pick<ImageRef, "repository" | "tag" | "digest">): string {
  const tag = ref.tag === undefined ? "" : `:${ref.tag}`;
  return ref.repository + tag + (ref.digest === undefined ? "" : `@${ref.digest}`);
}

/** True for text that may stand after the colon of a reference. Source: OCI distribution-spec, "Pulling manifests". */
export function isTag(text: string): boolean {
  return tagGrammar.test(text);
}

function splitTag(named: string): { name: string; tag: string | undefined } {
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  return { name: colon < 0 ? named : named.slice(0, colon), tag: colon < 0 ? undefined : named.slice(colon + 1) };
}

function splitHost(name: string): { host: string | undefined; path: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isHostName = first === "localhost" || /[.:A-Z[]/.test(first);
  return isHostName ? { host: first.toLowerCase(), path: name.slice(slash + 1) } : { host: undefined, path: name };
}
