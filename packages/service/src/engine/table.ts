import { runRunner } from "../run/runner.ts";
import { runSchedules } from "../schedule/run-due.ts";
import type { Engine } from "./engine.ts";

/** The engine that needs nothing but the rows themselves: each runner looks for what it may claim, four times a second. */
export const tableEngine: Engine = {
  open: async ({ owner }) => ({
    runner: owner,
    ordered: () => undefined,
    acted: () => undefined,
    run: async (ports) => void (await Promise.all([runRunner(ports), runSchedules(ports)])),
    close: async () => undefined,
  }),
};
