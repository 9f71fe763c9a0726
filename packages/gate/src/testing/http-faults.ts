import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** One way in which the next answers go wrong. */
export interface HttpFault {
  /**
   * `bad-gateway`: 502 with a page; `html`: 200 with a page; `truncated`: JSON that ends half-way, though complete as a message; `cut`: the connection
   * ends in the middle of the body; `reset`: before the headers; `status`: another status with a JSON message; `slow`: a body that comes later.
   */
  readonly kind: "bad-gateway" | "html" | "truncated" | "cut" | "reset" | "status" | "slow";
  /** How many answers. @default 1 */
  readonly times?: number;
  /** Only for paths that match. */
  readonly path?: RegExp;
  /** For `status`. @default 500 */
  readonly status?: number;
  /** For `status`. @default "broken on purpose" */
  readonly message?: string;
  /** For `status`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For `slow`, in real milliseconds. @default 50 */
  readonly delayMs?: number;
}

/** The faults that are still to come, in order. */
export interface HttpFaults {
  add(fault: HttpFault): void;
  /** The fault for an answer under this path, used up by one. */
  take(path: string): HttpFault | undefined;
}

/** Makes an empty list of faults. */
export function createHttpFaults(): HttpFaults {
  const waiting: { readonly fault: HttpFault; left: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    take(path) {
      const entry = waiting.find(({ fault, left }) => left > 0 && (fault.path?.test(path) ?? true));
      if (entry !== undefined) entry.left -= 1;
      return entry?.fault;
    },
  };
}

const page = "<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>";

/** Sends `body` with a fault, or as it is. */
export async function sendWithFault(
  outgoing: ServerResponse,
  fault: HttpFault | undefined,
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string },
): Promise<void> {
  const { body, headers, status } = answer;
  switch (fault?.kind) {
    case "reset":
      return void outgoing.socket?.resetAndDestroy();
    case "bad-gateway":
      return send(outgoing, 502, { "content-type": "text/html" }, page);
    case "html":
      return send(outgoing, 200, { "content-type": "text/html" }, page);
    case "truncated":
      return send(outgoing, status, headers, body.slice(0, Math.floor(body.length / 2)));
    case "status": {
      const { message = "broken on purpose" } = fault;
      return send(
        outgoing,
        fault.status ?? 500,
        { "content-type": "application/json", ...fault.headers },
        JSON.stringify({ message }),
      );
    }
    case "cut":
      outgoing.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
      await new Promise((resolve) => outgoing.write(body.slice(0, Math.floor(body.length / 2)), resolve));
      return void outgoing.socket?.destroy();
    case "slow":
      await pause(fault.delayMs ?? 50);
      return send(outgoing, status, headers, body);
    case undefined:
      return send(outgoing, status, headers, body);
  }
}

function send(outgoing: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  outgoing.writeHead(status, headers).end(status === 304 ? undefined : body);
}
