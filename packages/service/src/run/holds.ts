import { createJob, readHolds } from "@lateen/cli/pipeline";
import { asReleaseError, type Clock } from "@lateen/kernel";
import { elapsedOf } from "./elapsed.ts";
import { type ServiceFleet, wireFleet } from "./fleets.ts";

/** An obstacle to a release, as `lateen status` has it. */
export type Hold = Awaited<ReturnType<typeof readHolds>>["holds"][number];

/** Reads what holds a fleet: its kill switch, and the hold on its ref. */
export interface HoldReader {
  /** Holds on `fleet`, at most a few seconds old; a hold that cannot be read counts. */
  read(fleet: string): Promise<readonly Hold[]>;
}

/** Milliseconds for which an answer of the forge is good: a page that looks every two seconds must not be a load. */
const freshMs = 5_000;

/** Milliseconds that a request waits for the forge before it answers with what is known. */
const waitMs = 2_000;

interface Known {
  holds: readonly Hold[];
  until: number;
  reading: Promise<void> | undefined;
}

/** A reader of holds that asks the forge of each fleet once in a while. */
export function createHoldReader(ports: {
  readonly fleets: Readonly<Record<string, ServiceFleet>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): HoldReader {
  const { fleets, env, clock, signal } = ports;
  const known = new Map<string, Known>();
  const look = async (fleet: ServiceFleet): Promise<readonly Hold[]> => {
    const wiring = wireFleet(fleet, { journal: undefined, env, report: () => undefined });
    const job = await createJob({ settings: fleet.settings, wiring, sha: "", actor: "the service", env, signal });
    return (await readHolds(job)).holds;
  };
  return {
    async read(name) {
      const fleet = fleets[name];
      if (fleet?.settings.config.killSwitch === undefined) return [];
      const one = known.get(name) ?? { holds: [unread("it was not read yet")], until: -Infinity, reading: undefined };
      known.set(name, one);
      if (elapsedOf(clock) < one.until) return one.holds;
      one.reading ??= look(fleet)
        .catch((thrown: unknown) => [unread(asReleaseError(thrown).message)])
        .then((holds) => {
          Object.assign(one, { holds, until: elapsedOf(clock) + freshMs, reading: undefined });
        });
      await Promise.race([one.reading, clock.sleep(waitMs, signal).catch(() => undefined)]);
      return one.holds;
    },
  };
}

function unread(why: string): Hold {
  return { rule: "kill-switch", reason: `the kill switch could not be read: ${why}`, source: "" };
}
