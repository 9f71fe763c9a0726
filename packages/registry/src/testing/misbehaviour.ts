import type { Reply } from "./reply.ts";

/** A request as the registry logs it. */
export interface LoggedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: string;
  /** Kind of the Authorization header: the credential itself is not kept. */
  readonly authorization: "none" | "basic" | "bearer";
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Filled in with the answer; 0 while there is none. */
  status: number;
  /** Filled in when the answer was sent. */
  endedAt: number;
}

/** Misbehaviour of the registry. */
export type Fault =
  /** Answers so without doing anything. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** Redirects to the very address that was asked. */
  | { readonly kind: "redirect-to-self"; readonly status: number }
  /** Does what was asked and answers so all the same. */
  | { readonly kind: "answer-after"; readonly status: number; readonly body?: string }
  /** Tears the connection before, or after doing what was asked. */
  | { readonly kind: "reset"; readonly when: "before" | "after" | "during-answer" }
  /** Says that it did it, and did not. */
  | { readonly kind: "pretend" }
  /** Changes headers of the answer; null removes one. */
  | { readonly kind: "headers"; readonly headers: Readonly<Record<string, string | null>> }
  /** Changes the body of the answer, and nothing of its headers. */
  | { readonly kind: "body"; readonly change: (body: Buffer) => Uint8Array }
  /** Answers late. */
  | { readonly kind: "delay"; readonly ms: number }
  /** Never answers; or begins a body and never ends it, one byte each `everyMs`. */
  | { readonly kind: "hang" }
  | { readonly kind: "drip"; readonly everyMs: number }
  /** A body that never ends, as fast as it is taken. */
  | { readonly kind: "flood" }
  /** Reads of tags answer as they would have before the last write. */
  | { readonly kind: "lag" }
  /** Calls back before it answers: the place for another writer. */
  | { readonly kind: "interleave"; readonly act: (phase: "before" | "after") => void | Promise<void> };

/** When and how often a fault happens. */
export interface Misbehaviour {
  readonly when: (request: LoggedRequest) => boolean;
  /** @default Infinity */
  readonly times?: number;
  readonly fault: Fault;
}

/** The rules in force. */
export interface Misbehaviours {
  /** Adds a rule; the answer removes it. */
  add(rule: Misbehaviour): () => void;
  /** The fault that befalls a request, if any; counts it. */
  next(request: LoggedRequest): Fault | undefined;
  clear(): void;
}

/** No rule yet. */
export function createMisbehaviours(): Misbehaviours {
  const rules: { readonly rule: Misbehaviour; left: number }[] = [];
  return {
    add(rule) {
      const entry = { rule, left: rule.times ?? Infinity };
      rules.push(entry);
      return () => void (entry.left = 0);
    },
    next(request) {
      const entry = rules.find(({ rule, left }) => left > 0 && rule.when(request));
      if (entry === undefined) return undefined;
      entry.left--;
      return entry.rule.fault;
    },
    clear: () => void (rules.length = 0),
  };
}

/** The answer with a fault of its headers or body worked in. */
export function distort(reply: Reply, fault: Fault | undefined): Reply {
  if (fault?.kind === "body") return { ...reply, body: Buffer.from(fault.change(reply.body)) };
  if (fault?.kind !== "headers") return reply;
  const headers = Object.entries({ ...reply.headers, ...fault.headers }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return { ...reply, headers: Object.fromEntries(headers) };
}
