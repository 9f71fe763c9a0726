import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { isLoopback, plainText, redactUrl, ReleaseError } from "@lateen/kernel";

/** A git repository elsewhere, as git takes it on its command line. */
export interface Remote {
  /** An absolute path, or an address without user and password. */
  readonly url: string;
  /** Scheme, host and port where credentials may go; undefined for a repository on disk. */
  readonly origin: string | undefined;
}

/**
 * Reads the place of a log: an absolute path, `file:`, `https:`, or `http:` to loopback (elsewhere only with `insecure`).
 *
 * Everything else that git would take (`ext::` runs a program, `-…` is an option, ssh asks questions) is refused.
 * @throws ReleaseError `GIT_REMOTE_INVALID`
 */
export function parseRemote(text: string, insecure: boolean): Remote {
  const refuse = (why: string) => invalid("GIT_REMOTE_INVALID", "a git remote", shown, why);
  const url = /^(?:https?|file):\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  const shown = url === undefined ? text.replace(/\/\/[^/]*@/, "//") : redactUrl(text);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) throw refuse("leave control characters out");
  if (isAbsolute(text)) return { url: text, origin: undefined };
  if (url === undefined) throw refuse("give an https: address, a file: address or an absolute path");
  if (url.protocol === "file:") {
    if (url.host !== "") throw refuse("a file: address names no host: file:///path/to/repository.git");
    if (/%(?:2f|5c|[01][0-9a-f])/i.test(url.pathname)) throw refuse("leave escaped slashes and control characters out");
    return { url: fileURLToPath(url), origin: undefined };
  }
  if (url.username !== "" || url.password !== "")
    throw refuse("leave user and password out; there is a setting for them");
  const isSafe = url.protocol === "https:" || isLoopback(url.hostname) || insecure;
  if (!isSafe) throw refuse("use https:, or say insecure: true for this address");
  return { url: url.href, origin: `${url.origin}/` };
}

/** A full ref name of the characters that need no quoting anywhere. @throws ReleaseError `GIT_REF_INVALID` */
export function parseRef(text: string): string {
  const grammar = /^refs(?:\/[a-zA-Z0-9_][a-zA-Z0-9_.-]*){2,}$/;
  if (text.length > 200 || !grammar.test(text) || /\.\.|\.(?:lock)?(?:\/|$)/.test(text)) {
    throw invalid("GIT_REF_INVALID", "a full git ref", text, "write it out, such as refs/lateen/latest");
  }
  return text;
}

function invalid(code: string, noun: string, text: string, fix: string): ReleaseError {
  const message = `${JSON.stringify(plainText(text, 80))} is not ${noun}`;
  return new ReleaseError({ code, category: "input", message, fix });
}
