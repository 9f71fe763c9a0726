import { createHttp, createSender } from "@lateen/kernel";
import type { LogPlace } from "../git-ref-log.ts";
import { authorization } from "./environment.ts";
import type { Signal } from "./scratch.ts";

/** Longest answer in bytes: one ref, and those whose names go on after it. */
const maxBytes = 65_536;

/** Longest wait in milliseconds; after it git asks, which has its own. */
const patienceMs = 10_000;

/** What decides how git gets to a server, and that a request of our own would pass by: proxies, and certificates to trust. */
const ways = /^(?:(?:HTTPS?|ALL)_PROXY|SSL_CERT_(?:FILE|DIR)|CURL_CA_BUNDLE|GIT_SSL_CA(?:INFO|PATH))$/i;

/** Asks a server for the commit that a ref names; undefined if it has to be asked by git. */
export type AskRef = (signal: Signal) => Promise<string | undefined>;

/**
 * Asks in one request of git's protocol 2, where `git ls-remote` starts a program and makes two.
 *
 * Only an answer without any fault counts. A server, or something in front of it, that gives another one is not asked so again; git then
 * says what is wrong. Redirects are not followed, so that the token stays with the origin that is configured.
 *
 * Source: git's Documentation/gitprotocol-v2, "ls-refs", and gitprotocol-http, "Smart Clients": no request depends on another.
 */
export function createAskRef(place: Omit<LogPlace, "askRef">): AskRef {
  const { options, remote, ref } = place;
  const env = Object.entries(options.env ?? {});
  let isPossible =
    remote.origin !== undefined &&
    options.ca === undefined &&
    !env.some(([name, value]) => ways.test(name) && value !== undefined && value !== "");
  // A connection of its own goes without undici, except to a server that speaks HTTP/2 alone: git asks that one.
  const http = createHttp({ send: createSender(() => Promise.reject(new Error("only git knows the way"))) });
  return async (signal) => {
    if (!isPossible) return undefined;
    const header = authorization(options);
    const sent = {
      method: "POST",
      url: `${remote.url.replace(/\/$/, "")}/git-upload-pack`,
      headers: {
        "content-type": "application/x-git-upload-pack-request",
        accept: "application/x-git-upload-pack-result",
        "git-protocol": "version=2",
        ...(header === undefined ? {} : { authorization: header }),
      },
      body: [line("command=ls-refs\n"), "0001", line(`ref-prefix ${ref}\n`), "0000"].join(""),
      ownConnection: true,
      deadlines: { totalMs: Math.min(patienceMs, options.deadlineMs ?? patienceMs) },
      maxBytes,
    };
    const answer = await http.request(sent, signal).catch(() => undefined);
    if (answer?.status === 200 && answer.header("content-type") === "application/x-git-upload-pack-result") {
      const refs = parseRefs(answer.text());
      if (refs !== undefined) return refs.get(ref) ?? "";
    }
    isPossible = signal?.aborted === true;
    return undefined;
  };
}

/** A line with its length before it. Source: gitprotocol-common, "pkt-line Format". */
function line(text: string): string {
  return (text.length + 4).toString(16).padStart(4, "0") + text;
}

/** Ids by the names of refs; undefined for anything but a whole list. */
function parseRefs(text: string): ReadonlyMap<string, string> | undefined {
  const refs = new Map<string, string>();
  for (let at = 0; at < text.length;) {
    const size = text.slice(at, at + 4);
    if (size === "0000") return at + 4 === text.length ? refs : undefined;
    const length = /^[0-9a-f]{4}$/.test(size) ? Number.parseInt(size, 16) : 0;
    const [, id, name] = /^([0-9a-f]{40}) (refs\/\S+)\n$/.exec(text.slice(at + 4, at + length)) ?? [];
    if (id === undefined || name === undefined) return undefined;
    refs.set(name, id);
    at += length;
  }
  return undefined;
}
