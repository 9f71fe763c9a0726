import { createHash } from "node:crypto";

/** Schema of the tables of DBOS: apart from those that a host may have for itself, perhaps of another version. */
export const schema = "lateen_dbos";

/** Version of the workflows; a change of what a workflow does step by step needs another one. */
const version = 1;

/** Names of the workflows in the tables of DBOS. */
export const workflows = { drive: "drive", tick: "tick" } as const;

/** Topic of the messages to the workflow of a rollout. */
export const topic = "acts";

/** The queue of an application, one at a time per partition. */
export interface Application {
  readonly name: string;
  readonly queue: string;
  /** Names of versions, as those of queues, are one application's in the whole schema. */
  readonly version: string;
}

/**
 * The application of services that have the same fleets. Services of one database with different ones are different applications, so that
 * none takes from the queue what it cannot drive.
 */
export function applicationOf(fleets: readonly string[]): Application {
  const digest = createHash("sha256").update(JSON.stringify(fleets.toSorted())).digest("hex").slice(0, 16);
  return { name: `lateen-${digest}`, queue: `lateen-fleets-${digest}`, version: `${version}-${digest}` };
}

/** Partition of the queue: a fleet; a dry run has one of its own, since it runs next to the queue. */
export function partitionOf({
  id,
  fleet,
  dry,
}: {
  readonly id: string;
  readonly fleet: string;
  readonly dry: boolean;
}): string {
  return dry ? `dry run ${id}` : `fleet ${fleet}`;
}
