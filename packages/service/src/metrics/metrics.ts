import { ReleaseError } from "@lateen/kernel";
import type { Registry } from "prom-client";
import type { Database } from "../store/database.ts";
import { type Figures, readFigures } from "../store/figures.ts";

/** Metrics for Prometheus. */
export interface Metrics {
  /** The text, and its media type. @throws ReleaseError `METRICS_MISSING`, `DATABASE_UNAVAILABLE` */
  read(): Promise<{ readonly type: string; readonly text: string }>;
}

/**
 * Metrics of the fleets, from the database at each scrape: all services of one database answer the same, and none forgets anything when
 * it is started again. Those of the process come from the library itself.
 */
export function createMetrics(database: Database, fleets: readonly string[]): Metrics {
  let made: Promise<Collection> | undefined;
  return {
    async read() {
      made ??= createCollection().catch((error: unknown) => {
        made = undefined;
        throw error;
      });
      const { registry, show } = await made;
      show(await readFigures(database, fleets));
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

interface Collection {
  readonly registry: Registry;
  /** Replaces what was shown before. */
  show(figures: Figures): void;
}

async function createCollection(): Promise<Collection> {
  const { Registry, Counter, Gauge, collectDefaultMetrics } = await loadLibrary();
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const ofEnd = ["fleet", "kind", "outcome"];
  const ended = new Counter({
    name: "lateen_rollouts_ended_total",
    help: "Rollouts that have ended.",
    labelNames: ofEnd,
    registers,
  });
  const seconds = new Counter({
    name: "lateen_rollout_seconds_total",
    help: "Seconds that ended rollouts took.",
    labelNames: ofEnd,
    registers,
  });
  const takeovers = new Counter({
    name: "lateen_takeovers_total",
    help: "Rollouts that another runner has taken over.",
    labelNames: ["fleet"],
    registers,
  });
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames: ["fleet", ...labelNames], registers });
  const open = gauge("lateen_rollouts", "Rollouts that have not ended.", "state");
  const oldest = gauge("lateen_oldest_queued_seconds", "Age of the order that waits longest.");
  const released = gauge("lateen_last_release_timestamp_seconds", "When the last release shipped.");
  const offTarget = gauge("lateen_off_target_tenants", "Tenants that the last rollout left off target.");
  const status = gauge("lateen_status", "1 for the outcome of the last scheduled status.", "outcome");
  const freezes = gauge("lateen_freezes", "Freezes that were made over the API and not lifted.");
  const messages = gauge("lateen_webhook_messages", "Messages to webhooks that were not delivered.", "state");
  return {
    registry,
    show(figures) {
      for (const one of [ended, seconds, takeovers, open, oldest, released, offTarget, status, freezes, messages])
        one.reset();
      for (const { count, ...labels } of figures.open) open.set(labels, count);
      for (const { count, seconds: took, ...labels } of figures.ended) {
        ended.inc(labels, count);
        seconds.inc(labels, took);
      }
      for (const one of figures.fleets) {
        const { fleet } = one;
        takeovers.inc({ fleet }, one.takeovers);
        oldest.set({ fleet }, one.oldestQueuedSeconds);
        freezes.set({ fleet }, one.freezes);
        messages.set({ fleet, state: "waiting" }, one.messagesWaiting);
        messages.set({ fleet, state: "given-up" }, one.messagesGivenUp);
        if (one.releasedAt !== null) released.set({ fleet }, one.releasedAt);
        if (one.offTarget !== null) offTarget.set({ fleet }, one.offTarget);
        if (one.status !== null) status.set({ fleet, outcome: one.status }, 1);
      }
    },
  };
}

/** An optional peer. @throws ReleaseError `METRICS_MISSING` */
async function loadLibrary(): Promise<typeof import("prom-client")> {
  try {
    return await import("prom-client");
  } catch (cause) {
    throw new ReleaseError({
      code: "METRICS_MISSING",
      category: "input",
      message: "metrics need the package prom-client, which is not installed",
      fix: "npm install prom-client, and start the service again",
      cause,
    });
  }
}
