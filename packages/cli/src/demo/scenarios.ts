import type { Scenario } from "./scenario.ts";
import { apiBlip } from "./scenarios/api-blip.ts";
import { backwards } from "./scenarios/backwards.ts";
import { cancelledE2e } from "./scenarios/cancelled-e2e.ts";
import { docsOnlySuccessor } from "./scenarios/docs-only-successor.ts";
import { halfTag } from "./scenarios/half-tag.ts";
import { notYetCreated } from "./scenarios/not-yet-created.ts";
import { ship } from "./scenarios/ship.ts";
import { silentSkip } from "./scenarios/silent-skip.ts";
import { superseded } from "./scenarios/superseded.ts";

/** Every scenario, in the order in which `--all` plays them. */
export const scenarios: readonly Scenario[] = [
  ship,
  superseded,
  apiBlip,
  halfTag,
  silentSkip,
  backwards,
  cancelledE2e,
  docsOnlySuccessor,
  notYetCreated,
];
