import {
  type Clock,
  createHttp,
  createSender,
  redactUrl,
  type ReleaseError,
  type Secret,
  type Sender,
} from "@lateen/kernel";
import { parseAddress } from "../../http/addresses.ts";
import { readSeries, type Series } from "./read-series.ts";
import { fleetError } from "../../errors.ts";

/** Address and credentials of a Prometheus. */
export interface PrometheusOptions {
  /** Base address, without `/api/v1`. */
  readonly url: string;
  readonly token?: Secret | undefined;
  /** @default a sender on undici, with a pool of its own */
  readonly send?: Sender | undefined;
  readonly clock: Clock;
  /** Allows plain http, token included, to another machine. @default false */
  readonly insecure?: boolean | undefined;
}

/** The queries of a Prometheus, or of what speaks its API. */
export interface PrometheusClient {
  /** Address of the API without query values. */
  readonly source: string;
  /**
   * Evaluates `query`, now or at an instant in milliseconds since the epoch.
   * @throws ReleaseError `PROMETHEUS_ERROR` `PROMETHEUS_WARNING` `HTTP_*`
   */
  instant(query: string, signal: AbortSignal, at?: number): Promise<readonly Series[]>;
}

/** Maximum size of an answer that is read: 10,000 series of 400 bytes, twice. */
const maxBytes = 8 * 1024 * 1024;
/** Longest time of one request, in milliseconds; the check as a whole has its own timeout. */
const requestMs = 15_000;

/** Makes a {@link PrometheusClient}. @throws ReleaseError `FLEET_URL_INVALID` */
export function createPrometheusClient(options: PrometheusOptions): PrometheusClient {
  const { token, clock, send = createSender(() => import("undici")) } = options;
  const base = parseAddress(options.url, options.insecure === true);
  const url = `${base.origin}${base.pathname.replace(/\/+$/, "")}/api/v1/query`;
  const deadlines = { headersMs: requestMs, bodyMs: requestMs, totalMs: requestMs };
  const http = createHttp({ send, clock, deadlines });
  return {
    source: redactUrl(url),
    async instant(query, signal, at) {
      const address = new URL(url);
      // A base address may carry parameters of its own, such as a tenant of the server.
      for (const [name, value] of base.searchParams) address.searchParams.append(name, value);
      address.searchParams.set("query", query);
      if (at !== undefined) address.searchParams.set("time", (at / 1_000).toFixed(3));
      const headers = { accept: "application/json", ...(token && { authorization: `Bearer ${token.reveal()}` }) };
      const response = await http.request({ url: address, headers, maxBytes }, signal);
      if (response.status === 401 || response.status === 403) throw denied(response.url, response.status);
      return readSeries(response);
    },
  };
}

function denied(url: string, status: number): ReleaseError {
  return fleetError("PROMETHEUS_DENIED", "auth", {
    message: `${url} answered ${status}`,
    fix: "check the token of the check",
  });
}
