import type { Pace, Ring } from "../../src/policy.ts";

/** One fleet of `t1` … `tN` and the stages that it is cut into. */
export interface StageRow {
  readonly pace: Pace;
  readonly canary: readonly string[];
  readonly size: number;
  /** Tenants that are on target, ahead, broken, or on a commit that cannot be placed; all others have to move. */
  readonly done?: readonly string[];
  readonly ahead?: readonly string[];
  readonly broken?: readonly string[];
  readonly unplaced?: readonly string[];
  readonly rings?: readonly Ring[];
  /** `name: tenants`, with `!` after a canary's name, `?` after a lenient stage's and `~` after a watched one's. */
  readonly stages: readonly string[];
}

/** Stages of a fleet: the tenants that move in each, and those that are watched. */
export const stageRows: readonly StageRow[] = [
  { pace: { batch: 3 }, canary: ["t1"], size: 6, stages: ["canary!~: t1", "batch-1: t2 t3 t4", "batch-2: t5 t6"] },
  { pace: { batch: 3 }, canary: [], size: 4, stages: ["batch-1: t1 t2 t3", "batch-2: t4"] },
  { pace: { batch: 2 }, canary: ["t4", "t2"], size: 4, stages: ["canary!~: t4 t2", "batch-1: t1 t3"] },
  { pace: { batch: 9 }, canary: ["t1"], size: 1, stages: ["canary!~: t1"] },
  { pace: { waves: [1, 5, "25%"] }, canary: [], size: 12, stages: ["canary!~: t1", "wave-2~: t2 t3 t4 t5 t6", "wave-3~: t7 t8 t9", "wave-4~: t10 t11 t12"] },
  { pace: { waves: [1, 2] }, canary: ["t3"], size: 6, stages: ["canary!~: t3", "wave-2~: t1 t2", "wave-3~: t4 t5", "wave-4~: t6"] },
  { pace: { waves: ["10%"] }, canary: [], size: 3, stages: ["canary!~: t1", "wave-2~: t2", "wave-3~: t3"] },
  { pace: { window: { growth: 1, cap: 50 } }, canary: [], size: 3, stages: ["canary!~: t1", "window~: t2 t3"] },
  { pace: { window: { growth: 1, cap: 50 } }, canary: ["t2"], size: 3, stages: ["canary!~: t2", "window~: t1 t3"] },
  { pace: { batch: 2 }, canary: ["t1"], size: 4, done: ["t2"], stages: ["canary!~: t1", "batch-1: t3 t4"] },
  { pace: { batch: 2 }, canary: ["t1"], size: 3, done: ["t1"], stages: ["canary!~: t1", "batch-1: t2 t3"] },
  { pace: { batch: 2 }, canary: ["t1"], size: 2, ahead: ["t1"], stages: ["batch-1: t2"] },
  { pace: { batch: 2 }, canary: ["t1"], size: 3, done: ["t1", "t2", "t3"], stages: [] },
  { pace: { batch: 2 }, canary: ["t1"], size: 3, done: ["t1", "t2"], broken: ["t3"], stages: ["quarantined?: t3"] },
  { pace: { batch: 2 }, canary: ["t1"], size: 4, broken: ["t2"], unplaced: ["t3"], stages: ["canary!~: t1", "batch-1: t4", "quarantined?: t2"] },
  { pace: { batch: 2 }, canary: ["t1"], size: 4, broken: ["t2", "t3", "t4"], stages: ["canary!~: t1", "quarantined-1?: t2 t3", "quarantined-2?: t4"] },
  {
    pace: { batch: 2 },
    canary: ["t1"],
    size: 6,
    rings: [{ name: "inner", slugs: ["t5", "t6"] }],
    stages: ["canary!~: t1", "inner-batch-1: t5 t6", "others-batch-1: t2 t3", "others-batch-2: t4"],
  },
  {
    pace: { waves: [1, 2] },
    canary: [],
    size: 5,
    rings: [{ name: "inner", tag: "odd" }],
    stages: ["canary!~: t1", "inner-wave-2~: t3 t5", "others-wave-3~: t2 t4"],
  },
];
