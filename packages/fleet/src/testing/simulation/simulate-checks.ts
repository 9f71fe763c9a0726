import { createRateTest, type RateBlock } from "../../checks/compare-rates.ts";
import { drawPoisson } from "./poisson.ts";
import { createRandom, type Random } from "./random.ts";

/** A rollout that is watched for a regression. */
export interface CheckSimulation {
  readonly rollouts: number;
  /** Failure rate of the new release over that of the old one; 1 means no regression. */
  readonly ratio: number;
  /** @default 0.01 */
  readonly alpha?: number;
  /** @default 1 */
  readonly seed?: number;
}

/** Number of simulated rollouts that were stopped, and of tenants until then. */
export interface CheckSimulationReport {
  readonly rollouts: number;
  readonly stopped: number;
  /** Tenants exposed until the end of a rollout, on average: to the stop, or to the last one. */
  readonly exposed: number;
  /** Rollouts that a fixed test, read once, stops after `fixedWindow` tenants. */
  readonly stoppedByFixed: number;
  /** Tenants that a fixed window of the same strength has to expose. */
  readonly fixedWindow: number;
}

/** Failures of one tenant in one window, and how many tenants of the old release are measured next to it. */
const failuresPerWindow = 25;
const requestsPerWindow = 2_500;
const controls = 100;
/** Tenants that are exposed at most: twice the fixed window. */
const horizon = 184;
/** A fixed test of 1 % and 99 % needs so many tenants for a regression of 10 %; see {@link fixedTest}. */
const fixedWindow = 92;

/**
 * Rolls tenants out one after the other, each measured over one window next to the old release, and looks after each.
 *
 * The common rate wanders like a day does. The fixed test sees the same tenants, once.
 */
export function simulateChecks(options: CheckSimulation): CheckSimulationReport {
  const { rollouts, ratio, alpha = 0.01, seed = 1 } = options;
  let [stopped, exposed, stoppedByFixed] = [0, 0, 0];
  for (let run = 0; run < rollouts; run++) {
    const random = createRandom(seed * 1_000_003 + run);
    const rollout = simulateRollout(random, ratio, alpha);
    if (rollout.stoppedAt !== undefined) stopped += 1;
    exposed += rollout.stoppedAt ?? horizon;
    if (rollout.stoppedByFixed) stoppedByFixed += 1;
  }
  return { rollouts, stopped, exposed: exposed / rollouts, stoppedByFixed, fixedWindow };
}

function simulateRollout(
  random: Random,
  ratio: number,
  alpha: number,
): { readonly stoppedAt: number | undefined; readonly stoppedByFixed: boolean } {
  const phase = random.next() * 2 * Math.PI;
  const test = createRateTest(alpha);
  const total = { moved: 0, control: 0 };
  let stoppedAt: number | undefined;
  let stoppedByFixed = false;
  for (let tenant = 1; tenant <= horizon; tenant++) {
    const mean = failuresPerWindow * (1 + 0.5 * Math.sin(phase + tenant / 20));
    const block: RateBlock = {
      moved: { failures: drawPoisson(random, ratio * mean), trials: requestsPerWindow },
      control: { failures: drawPoisson(random, controls * mean), trials: controls * requestsPerWindow },
    };
    total.moved += block.moved.failures;
    total.control += block.control.failures;
    if (tenant === fixedWindow) stoppedByFixed = fixedTest(total.moved, total.control);
    if (stoppedAt === undefined && test.add(block)) stoppedAt = tenant;
    if (stoppedAt !== undefined && tenant >= fixedWindow) break;
  }
  return { stoppedAt, stoppedByFixed };
}

/** The usual test of two Poisson rates, read once: normal approximation, one-sided at 1 %. */
function fixedTest(moved: number, control: number): boolean {
  const expected = control / controls;
  return (moved - expected) / Math.sqrt(expected * (1 + 1 / controls)) > 2.326;
}
