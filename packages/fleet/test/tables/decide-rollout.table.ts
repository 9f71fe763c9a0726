/**
 * One situation of a rollout of `t1` (canary, watched) and then `t2 t3` (one batch), tolerance 1, at second 0.
 *
 * The words of `after` are facts: `wave W`, `post SLUGS`, `answer SLUG=row…` (with `not-ok` in front where the control plane
 * says so), `fault KIND`, `unmoved SLUGS` (`for-good` in front where they may not be posted again), `verify SLUGS`, `fail SLUG`,
 * `soak W`, `passed W`, `finish W`, `guard OUTCOME`, `halt`, `interrupt`, `return SLUGS`, `reEnumerate`, `resume`.
 */
export interface SituationRow {
  readonly situation: string;
  readonly after: readonly string[];
  readonly onFailure?: "rollback";
  /** Seconds since the start; the deadline of the rows that have one is 100. */
  readonly at?: number;
  /** `kind wave: slugs`. */
  readonly next: readonly string[];
}

const canaryDone = ["wave canary", "post t1", "answer t1=proven", "verify t1", "soak canary", "passed canary", "finish canary"];
const batchPosted = [...canaryDone, "wave batch-1", "post t2 t3"];

/** Next step, in the order of a rollout; the reasons to stop come before everything. */
export const situationRows: readonly SituationRow[] = [
  { situation: "nothing has begun", after: [], next: ["start canary: t1"] },
  { situation: "the canary's wave has begun", after: ["wave canary"], next: ["call canary: t1"] },
  { situation: "its call is in flight", after: ["wave canary", "post t1"], next: [] },
  { situation: "the call was answered", after: ["wave canary", "post t1", "answer t1=proven"], next: ["observe canary: t1"] },
  { situation: "the answer has no row for it", after: ["wave canary", "post t1", "answer"], next: ["observe canary: t1"] },
  { situation: "its row says failed", after: ["wave canary", "post t1", "answer t1=failed"], next: ["halt"] },
  { situation: "the control plane is not content", after: ["wave canary", "post t1", "answer not-ok t1=proven"], next: ["halt"] },
  { situation: "the call was lost", after: ["wave canary", "post t1", "fault lost"], next: ["observe canary: t1"] },
  { situation: "the call was turned away", after: ["wave canary", "post t1", "fault refused"], next: ["halt"] },
  { situation: "the retries are used up", after: ["wave canary", "post t1", "fault exhausted"], next: ["observe canary: t1"] },
  { situation: "after a lost call it had not moved", after: ["wave canary", "post t1", "fault lost", "unmoved t1"], next: ["call canary: t1"] },
  { situation: "it may not be posted again", after: ["wave canary", "post t1", "fault exhausted", "unmoved for-good t1"], next: ["halt"] },
  { situation: "another process takes over a call in flight", after: ["wave canary", "post t1", "resume"], next: ["observe canary: t1"] },
  { situation: "the canary is proven", after: ["wave canary", "post t1", "answer t1=proven", "verify t1"], next: ["soak canary: t1"] },
  {
    situation: "the soak was under way when the process died",
    after: ["wave canary", "post t1", "answer t1=proven", "verify t1", "soak canary", "resume"],
    next: ["soak canary: t1"],
  },
  { situation: "the canary died in the soak", after: ["wave canary", "post t1", "answer t1=proven", "verify t1", "soak canary", "fail t1"], next: ["halt"] },
  { situation: "the soak is over", after: canaryDone.slice(0, -1), next: ["finish-wave canary"] },
  { situation: "the canary is through", after: canaryDone, next: ["start batch-1: t2 t3"] },
  { situation: "a guard stopped after the canary", after: [...canaryDone, "guard held"], next: ["sweep"] },
  { situation: "a guard stops while a batch is in flight", after: [...batchPosted, "guard superseded"], next: [] },
  { situation: "that batch has answered", after: [...batchPosted, "guard superseded", "answer t2=proven t3=proven"], next: ["observe batch-1: t2 t3"] },
  { situation: "one of the batch failed, one is tolerated", after: [...batchPosted, "answer t2=failed t3=proven"], next: ["observe batch-1: t3"] },
  { situation: "both failed, one is tolerated", after: [...batchPosted, "answer t2=failed t3=failed"], next: ["halt"] },
  { situation: "one was not moved for good: a control-plane fault", after: [...batchPosted, "fault exhausted", "unmoved for-good t2 t3"], next: ["halt"] },
  { situation: "the deadline passes while the canary is in flight", after: ["wave canary", "post t1"], at: 101, next: ["halt"] },
  { situation: "the deadline passes while the last batch is in flight", after: batchPosted, at: 101, next: [] },
  { situation: "the batch is proven", after: [...batchPosted, "answer t2=proven t3=proven", "verify t2 t3"], next: ["finish-wave batch-1"] },
  { situation: "all waves are through", after: [...batchPosted, "answer t2=proven t3=proven", "verify t2 t3", "finish batch-1"], next: ["re-enumerate"] },
  { situation: "the fleet was counted again", after: [...batchPosted, "answer t2=proven t3=proven", "verify t2 t3", "finish batch-1", "re-enumerate"], next: ["sweep"] },
  { situation: "interrupted with a call in flight", after: [...batchPosted, "interrupt"], next: [] },
  { situation: "interrupted, and the call was answered", after: [...batchPosted, "interrupt", "answer t2=proven t3=proven"], next: [] },
  { situation: "halted with nothing in flight", after: [...canaryDone, "halt"], next: ["sweep"] },
  { situation: "halted, and taken up by another process", after: [...canaryDone, "halt", "resume"], next: ["sweep"] },
  { situation: "held, and taken up by another process", after: [...canaryDone, "guard held", "resume"], next: ["start batch-1: t2 t3"] },
  { situation: "interrupted, and taken up by another process", after: [...canaryDone, "interrupt", "resume"], next: ["start batch-1: t2 t3"] },
  { situation: "halted, and failures are rolled back", after: [...canaryDone, "halt"], onFailure: "rollback", next: ["return"] },
  { situation: "held is no failure, so nothing is taken back", after: [...canaryDone, "guard held"], onFailure: "rollback", next: ["sweep"] },
  { situation: "the way back is planned", after: [...canaryDone, "halt", "return t1"], onFailure: "rollback", next: ["start back: t1"] },
  { situation: "the way back is under way", after: [...canaryDone, "halt", "return t1", "wave back"], onFailure: "rollback", next: ["call back: t1"] },
  {
    situation: "back again",
    after: [...canaryDone, "halt", "return t1", "wave back", "post t1", "answer t1=proven", "verify t1", "finish back"],
    onFailure: "rollback",
    next: ["sweep"],
  },
  { situation: "interrupted on the way back", after: [...canaryDone, "halt", "return t1", "interrupt"], onFailure: "rollback", next: ["sweep"] },
];
