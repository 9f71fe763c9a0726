import type { Clock } from "@lateen/kernel";
import type { Files } from "./io/files.ts";

/** Somewhere to write text: standard output or standard error. */
export interface Output {
  /** Writes as is; a reader that went away is not an error. */
  write(text: string): void;
  /** True if a person's terminal is at the other end. */
  readonly isTerminal: boolean;
  /** Width in characters; 80 if it is not known. */
  columns(): number;
  /** Height in lines. @default 24 */
  readonly rows?: () => number;
}

/** Asks at a terminal; absent if no one sits there. */
export interface Keyboard {
  /** The line that was typed after `prompt`. */
  ask(prompt: string, signal: AbortSignal): Promise<string>;
  /** Calls `onKey` for every key until the answered function is called. */
  listen(onKey: (key: string) => void): () => void;
}

/** Everything that the program takes from its process: nothing else in this package touches it. */
export interface Host {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly files: Files;
  /** Login of the user whose process this is; undefined if the system does not know. */
  user(): string | undefined;
  /** Version of this package. */
  version(): string;
  /** The folder of this package; what is around it says how the program was installed. @default not known */
  readonly home?: string | undefined;
  /** Version of Node. */
  readonly node: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly keyboard?: Keyboard | undefined;
  /** Aborted by the first SIGINT or SIGTERM; the reason is a ReleaseError of category `interrupted`. */
  readonly signal: AbortSignal;
  /** Does what SIGINT does, in the name of a key. */
  interrupt(key: string): void;
  /** 130 or 143 once a signal has come. */
  interruptedBy(): 130 | 143 | undefined;
  /** Sets what is done, synchronously, when a second signal ends the program at once. */
  onStopNow(last: () => void): void;
  /** Sets what writes the last words about an error that nothing caught; it answers the exit code. */
  readonly onCrash?: ((report: (error: unknown) => Promise<number>) => void) | undefined;
}

/** Actor of this run, for the ledger and the evidence. */
export function actorOf(host: Pick<Host, "env" | "user">): string {
  const { GITHUB_ACTOR, USER, LOGNAME, USERNAME } = host.env;
  return [GITHUB_ACTOR, USER, LOGNAME, USERNAME, host.user()].find((name) => (name ?? "").trim() !== "") ?? "unknown";
}
