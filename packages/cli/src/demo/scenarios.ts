import type { Scenario } from "./scenario.ts";
import { anotherCommitsGreen } from "./scenarios/another-commits-green.ts";
import { apiBlip } from "./scenarios/api-blip.ts";
import { backwards } from "./scenarios/backwards.ts";
import { cancelledE2e } from "./scenarios/cancelled-e2e.ts";
import { canaryIsSick, noData, slowBurn } from "./scenarios/checks.ts";
import { crashAfterCommit } from "./scenarios/crash-after-commit.ts";
import { crashInSoak } from "./scenarios/crash-in-soak.ts";
import { docsOnlySuccessor } from "./scenarios/docs-only-successor.ts";
import { halfTag } from "./scenarios/half-tag.ts";
import { hold } from "./scenarios/hold.ts";
import { kubernetes } from "./scenarios/kubernetes.ts";
import { lateDeath } from "./scenarios/late-death.ts";
import { lyingControlPlane } from "./scenarios/lying-control-plane.ts";
import { noWayBack } from "./scenarios/no-way-back.ts";
import { notYetCreated } from "./scenarios/not-yet-created.ts";
import { rollback } from "./scenarios/rollback.ts";
import { ship } from "./scenarios/ship.ts";
import { sickBefore } from "./scenarios/sick-before.ts";
import { silentSkip } from "./scenarios/silent-skip.ts";
import { staleLatest } from "./scenarios/stale-latest.ts";
import { superseded } from "./scenarios/superseded.ts";
import { tenPercentBad } from "./scenarios/ten-percent-bad.ts";
import { twoPromoters } from "./scenarios/two-promoters.ts";
import { twoVersions } from "./scenarios/two-versions.ts";
import { washedClean } from "./scenarios/washed-clean.ts";
import { wrongFleet } from "./scenarios/wrong-fleet.ts";

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
  washedClean,
  anotherCommitsGreen,
  hold,
  crashInSoak,
  lyingControlPlane,
  sickBefore,
  tenPercentBad,
  lateDeath,
  twoVersions,
  wrongFleet,
  staleLatest,
  crashAfterCommit,
  twoPromoters,
  rollback,
  noWayBack,
  kubernetes,
  canaryIsSick,
  noData,
  slowBurn,
];
