import { type Http, type HttpDeadlines, type HttpStream, redactUrl } from "@lateen/kernel";
import { registryError } from "../../errors.ts";
import { redirectLimit } from "../../policy.ts";
import { decideRedirect, type RedirectFacts } from "./decide-redirect.ts";
import type { Lookup } from "../../http/connect-to-allowed.ts";
import { refuseInternalAddress } from "./refuse-internal-address.ts";

/** A body that is sent as it is read. */
export type BodyStream = AsyncIterable<Uint8Array>;

export interface RedirectableRequest {
  readonly method: string;
  /** Vetted like a redirect if it is not on the origin of `home`. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Value of the Authorization header, sent to the origin of `home` only. */
  readonly authorization: string | undefined;
  readonly body?: Uint8Array | (() => BodyStream) | undefined;
  /** True if the body holds a password or a refresh token, so that it does not leave the origin either. @default false */
  readonly hasSecretBody?: boolean | undefined;
  /** Refuses redirects to another origin. @default false */
  readonly staysOnOrigin?: boolean | undefined;
  readonly deadlines?: HttpDeadlines | undefined;
  readonly ownConnection?: boolean | undefined;
  readonly home: URL;
  /** Resolves the host names that the registry gives before a request is sent to them. */
  readonly lookup: Lookup;
}

export interface Followed {
  readonly stream: HttpStream;
  readonly url: URL;
  /** False once the request has left the origin of `home`, so that a 401 there does not ask for our credentials. */
  readonly sameOrigin: boolean;
}

/** Sends a request and follows its redirects by {@link decideRedirect}. @throws ReleaseError `REGISTRY_REDIRECT_REFUSED`, and as `Http.open` */
export async function followRedirects(
  http: Http,
  request: RedirectableRequest,
  signal: AbortSignal | undefined,
): Promise<Followed> {
  const { method, home } = request;
  let url = request.url;
  let sameOrigin = url.origin === home.origin;
  // An address in an answer is a redirect that the client performs; 307 keeps method and body.
  if (!sameOrigin) await vet(request, { method, status: 307, location: url.href, from: home, home });
  for (let hops = 0; ; hops++) {
    const authorization: Record<string, string> =
      sameOrigin && request.authorization !== undefined ? { authorization: request.authorization } : {};
    const body = typeof request.body === "function" ? request.body() : request.body;
    const stream = await http.open(
      {
        method,
        url,
        headers: { ...request.headers, ...authorization },
        ...(body === undefined ? {} : { body }),
        ...(request.deadlines === undefined ? {} : { deadlines: request.deadlines }),
        ownConnection: request.ownConnection,
      },
      signal,
    );
    if (stream.status < 301 || stream.status > 308 || stream.status === 304) return { stream, url, sameOrigin };
    await stream.discard();
    const { status } = stream;
    const next = await vet(request, { method, status, location: stream.header("location"), from: url, home });
    if (hops >= redirectLimit) throw refused(url, `more than ${redirectLimit} in a row`);
    url = next.url;
    // An origin that was left does not get the credentials back.
    sameOrigin &&= next.sameOrigin;
  }
}

/** The address to go to. @throws ReleaseError `REGISTRY_REDIRECT_REFUSED` */
async function vet(request: RedirectableRequest, facts: RedirectFacts): Promise<{ url: URL; sameOrigin: boolean }> {
  const decision = decideRedirect(facts);
  if (decision.kind === "refuse") throw refused(facts.from, decision.reason);
  if (request.hasSecretBody === true && !decision.sameOrigin)
    throw refused(facts.from, "it would take credentials to another origin");
  if (request.staysOnOrigin === true && !decision.sameOrigin) throw refused(facts.from, "it leads to another origin");
  const inside = await refuseInternalAddress(decision.url, facts.home, request.lookup);
  if (inside !== undefined) throw refused(facts.from, inside);
  return decision;
}

function refused(from: URL, reason: string): Error {
  return registryError("REGISTRY_REDIRECT_REFUSED", "unavailable", {
    message: `an address that ${from.host} gave was not used: ${reason}`,
    why: redactUrl(from.href),
    fix: "check the registry's address, its storage configuration, and that its proxy passes X-Forwarded-Proto and Host on",
    retryable: false,
  });
}
