import type { Scenario } from "./scenario.ts";
import { ship } from "./scenarios/ship.ts";

/** Every scenario, in the order in which `--all` plays them. */
export const scenarios: readonly Scenario[] = [ship];
