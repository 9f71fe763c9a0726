import type { Http, HttpDeadlines, HttpStream } from "@lateen/kernel";
import { redactUrl } from "@lateen/kernel";
import { registryError } from "../../errors.ts";
import { redirectLimit } from "../../policy.ts";
import { decideRedirect } from "./decide-redirect.ts";
import { type Lookup, vetName } from "./refuse-internal-address.ts";

/** A request that may be redirected. */
export interface TravelRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Value of the Authorization header, sent to the home origin only. */
  readonly authorization: string | undefined;
  readonly body?: Uint8Array | (() => ReadableStream<Uint8Array>) | undefined;
  /** Whether the body holds a password or a refresh token, so that it does not leave the origin either. @default false */
  readonly hasSecretBody?: boolean;
  readonly deadlines?: HttpDeadlines;
  readonly home: URL;
  /** How a host name that the registry gave is looked up before it is asked. */
  readonly lookup: Lookup;
}

/** Where an answer came from in the end. */
export interface Travelled {
  readonly stream: HttpStream;
  readonly url: URL;
  /** False once the request has left its home, so that a 401 there is no challenge to us. */
  readonly atHome: boolean;
}

/** Sends a request and follows its redirects by {@link decideRedirect}. @throws ReleaseError `REGISTRY_REDIRECT_REFUSED`, and as `Http.open` */
export async function follow(http: Http, request: TravelRequest, signal: AbortSignal | undefined): Promise<Travelled> {
  let url = request.url;
  let atHome = url.origin === request.home.origin;
  for (let hops = 0; ; hops++) {
    const authorization: Record<string, string> =
      atHome && request.authorization !== undefined ? { authorization: request.authorization } : {};
    const body = typeof request.body === "function" ? request.body() : request.body;
    const stream = await http.open(
      {
        method: request.method,
        url,
        headers: { ...request.headers, ...authorization },
        ...(body === undefined ? {} : { body }),
        ...(request.deadlines === undefined ? {} : { deadlines: request.deadlines }),
      },
      signal,
    );
    if (stream.status < 301 || stream.status > 308 || stream.status === 304) return { stream, url, atHome };
    await stream.discard();
    const location = stream.header("location");
    const decision = decideRedirect({
      method: request.method,
      status: stream.status,
      location,
      from: url,
      home: request.home,
    });
    if (decision.kind === "refuse") throw refused(url, decision.reason);
    if (request.hasSecretBody === true && !decision.sameOrigin)
      throw refused(url, "it would take credentials to another origin");
    const inside = await vetName(decision.url, request.home, request.lookup);
    if (inside !== undefined) throw refused(url, inside);
    if (hops >= redirectLimit) throw refused(url, `more than ${redirectLimit} in a row`);
    url = decision.url;
    // Once away, always away: an origin that was left does not get the credentials back.
    atHome &&= decision.sameOrigin;
  }
}

function refused(from: URL, reason: string): Error {
  return registryError("REGISTRY_REDIRECT_REFUSED", "unavailable", {
    message: `a redirect of ${from.host} was not followed: ${reason}`,
    why: redactUrl(from.href),
    fix: "check the registry's address and its storage configuration",
    retryable: false,
  });
}
