import type { Journal } from "@lateen/fleet";
import type { Clock, Secret, Sender } from "@lateen/kernel";
import type { SecretSource } from "../config/config.ts";
import type { Environment } from "../config/layers.ts";
import type { Settings } from "../config/load.ts";
import type { Files } from "../io/files.ts";
import type { AnyEvent } from "../output/events.ts";
import type { SecretUse, Vault } from "../job/secrets.ts";

export interface WireOptions {
  readonly settings: Settings;
  readonly env: Environment;
  /** @default machineFiles */
  readonly files?: Files;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default one of its own */
  readonly vault?: Vault;
  /** Journal of rollouts. @default files in the folder `fleet.journal`, with its mirror */
  readonly journal?: Journal;
  /** The header `traceparent` of what is asked of a control plane. @default none */
  readonly traceparent?: (() => string) | undefined;
  /** @default ignores everything */
  readonly report?: (event: AnyEvent) => void;
}

type OptionalPart = "journal" | "traceparent";

/** The same without gaps, and what every adapter shares. */
export interface Parts extends Required<Omit<WireOptions, OptionalPart>>, Pick<WireOptions, OptionalPart> {
  /** A secret that is opened with the first request. */
  open(source: SecretSource | undefined, use?: SecretUse): { readonly token?: Secret };
  /** For a handful of requests: it costs nothing to start. */
  readonly sendFew: Sender;
  /** For thousands of requests at once. */
  readonly sendMany: Sender;
}
