import { Readable } from "node:stream";
import type { Http } from "@lateen/kernel";
import { smallBodyDeadlines } from "../policy.ts";

/** The part of the SDK's request that is sent. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The SDK's answer as its deserialisers read it. */
interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

/** Headers that the SDK's JSON 1.1 protocol looks at. */
const readHeaders = [
  "content-type",
  "content-length",
  "date",
  "x-amzn-errortype",
  "x-amzn-requestid",
  "x-amzn-query-error",
  "retry-after",
];

/** One answer holds at most 100 images of 4 MiB; two manifests are what is asked for here, written as JSON strings. */
const largestAnswer = 24 * 1024 * 1024;

/**
 * The SDK's requests over the kernel's client: the same deadlines, proxies, certificates and bounded bodies as everywhere.
 */
export function createRequestHandler(http: Http): {
  readonly handle: (
    request: SdkRequest,
    options?: { readonly abortSignal?: unknown },
  ) => Promise<{ response: SdkResponse }>;
} {
  return {
    async handle(request, options) {
      const port = request.port === undefined ? "" : `:${request.port}`;
      const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : undefined;
      // undici sets these two itself and does not accept them.
      const { host: _host, "content-length": _length, ...headers } = request.headers;
      const answer = await http.request(
        {
          method: request.method,
          url: `${request.protocol}//${request.hostname}${port}${request.path}`,
          headers,
          ...(typeof request.body === "string" || request.body instanceof Uint8Array ? { body: request.body } : {}),
          deadlines: smallBodyDeadlines,
          maxBytes: largestAnswer,
        },
        signal,
      );
      const seen = readHeaders.flatMap((name) => {
        const value = answer.header(name);
        return value === undefined ? [] : [[name, value] as const];
      });
      return {
        response: { statusCode: answer.status, headers: Object.fromEntries(seen), body: Readable.from([answer.bytes]) },
      };
    },
  };
}
