import {
  type Clock,
  type ImageRef,
  parseImageRef,
  type Reading,
  type ReleaseError,
  type Verdict,
} from "@lateen/kernel";
import { createFakeClock, createScaledClock } from "@lateen/kernel/testing";
import type { RegistryEvent } from "../events.ts";
import { openRegistries, type Registries } from "../open-registries.ts";
import { retag } from "../retag.ts";
import type { RetagReport } from "../retag/report.ts";
import { seedImage } from "./seed-image.ts";
import { type EcrCall, type FakeEcr, startEcr } from "./start-ecr.ts";

/** The keys of the one account. */
export const keys: Readonly<Record<"AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN", string>> = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "very-secret-key-of-the-test",
  AWS_SESSION_TOKEN: `very-secret-session-${"Zm9v".repeat(40)}`,
};

/** The tag that a {@link EcrTestWorld} begins with, in `acme/platform`. */
export const candidate = "staging-0123456";

/** A fake ECR with one image and a repository whose tags are fixed, and clients of it, for the tests of this package. */
export interface EcrTestWorld {
  readonly ecr: FakeEcr;
  readonly registries: Registries;
  /** Another client. */
  open(more?: {
    env?: Readonly<Record<string, string>>;
    clock?: Clock;
    report?: (event: RegistryEvent) => void;
  }): Registries;
  /** A tag of `acme/platform`. */
  refOf(tag: string): ImageRef;
  /** The calls of one operation. */
  calls(operation: string): readonly EcrCall[];
  /** Points `latest`, or what is given, at the candidate, or at what is given, without waiting for anything. */
  move(more?: { source?: ImageRef; target?: ImageRef }): Promise<Verdict<RetagReport>>;
}

const open: FakeEcr[] = [];

/** Starts an {@link EcrTestWorld}; {@link closeEcrs} ends it. */
export async function startEcrTestWorld(): Promise<EcrTestWorld> {
  const ecr = await startEcr({ repositories: { "acme/platform": {}, "acme/fixed": { mutability: "IMMUTABLE" } } });
  open.push(ecr);
  await seedImage(ecr, {
    repository: "acme/platform",
    tags: [candidate],
    revision: "a".repeat(40),
  });
  const connect: EcrTestWorld["open"] = (more = {}) =>
    openRegistries({
      registries: { [ecr.host]: { endpoint: ecr.url } },
      env: keys,
      // Slow enough that a busy machine does not run into the deadlines, which this clock counts as well.
      clock: createScaledClock({ factor: 20 }),
      ...more,
    });
  const registries = connect();
  const refOf = (tag: string): ImageRef => parseImageRef(`${ecr.host}/acme/platform:${tag}`);
  return {
    ecr,
    registries,
    open: connect,
    refOf,
    calls: (name) => ecr.calls.filter(({ operation }) => operation === name),
    move: ({ source = refOf(candidate), target } = {}) =>
      retag({ source, targets: [target ?? "latest"] }, { registries, clock: createFakeClock({ auto: true }) }),
  };
}

/** Closes every fake that was started. */
export async function closeEcrs(): Promise<void> {
  await Promise.all(open.splice(0).map((ecr) => ecr.close()));
}

/** Why it is unknown, if it is. */
export function causeOf(reading: Reading<unknown>): ReleaseError | undefined {
  return reading.kind === "unknown" ? reading.cause : undefined;
}
