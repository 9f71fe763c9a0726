/** Answer of the fake registry; built first and sent last, so that misbehaviour can change it in between. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A request with its whole body. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** An answer without a body, or with the given one. */
export function reply(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Uint8Array | string = "",
): Reply {
  return { status, headers, body: typeof body === "string" ? Buffer.from(body) : Buffer.from(body) };
}

/** An answer in JSON. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return reply(status, { "content-type": "application/json", ...headers }, JSON.stringify(value));
}

/** An error document. Source: OCI distribution-spec, "Error Codes". */
export function failure(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return json(status, { errors: [{ code, message }] }, headers);
}
