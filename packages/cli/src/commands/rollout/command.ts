import { conclude, shippedOr } from "../../output/conclude.ts";
import { onlyOption, parseOnly } from "../../command-line/tenant-selection.ts";
import { serverOption } from "../../server/options.ts";
import type { Command } from "../command.ts";
import { usageError } from "../../config/errors.ts";
import type { Wish } from "@lateen/fleet";

/** The options that ask something of a rollout that another process drives. */
const wishKinds = ["pause", "continue", "stop"] as const satisfies readonly Wish["kind"][];

/** `lateen rollout`. */
export const rollout: Command = {
  about:
    "Rolls the fleet to a release: canary, soak, waves; guards before every step; every tenant accounted for. At a terminal p pauses and q detaches.",
  options: {
    ...onlyOption,
    resume: { about: "continue the journal's rollout, or its rollback; needs no --sha, moves no tag" },
    abandon: { about: "abandon the journal's rollout; moves nothing" },
    pause: { about: "ask the process that drives the rollout to start nothing new; calls in flight settle" },
    continue: { about: "ask it to continue after a pause" },
    stop: { about: "ask it to start nothing new and to end; tenants stay as they are" },
    "break-lock": {
      about:
        "free the journal from a process of another host that is gone: it must have been silent for eleven minutes",
    },
    reason: { value: "TEXT", about: "why it is paused, stopped, abandoned or freed" },
    ...serverOption,
  },
  examples: [
    ["lateen rollout --sha abcdef1", "the whole fleet"],
    ["lateen rollout --resume", "after an interruption"],
    ["lateen rollout --sha abcdef1 --only canary-a,acme", "two tenants"],
    ["lateen rollout --stop --reason 'checkout fails'", "from another shell or machine, while it runs"],
  ],
  isSafe: (args) => args.has("pause") || args.has("stop"),
  async run(context) {
    const { args } = context;
    const chosen = ["resume", "abandon", "break-lock", ...wishKinds].filter((name) => args.has(name));
    if (chosen.length > 1)
      throw usageError(`--${chosen[0]} and --${chosen[1]} contradict each other`, "give one of them");
    const wish = wishKinds.find((kind) => args.has(kind));
    if (wish !== undefined) {
      if (args.text("server") !== undefined)
        throw usageError(`--${wish} and --server contradict each other`, `POST /v1/rollouts/ID/${wish} asks a service`);
      return (await import("./wish.ts")).wishOf(context, wish);
    }
    if (args.text("server") !== undefined) return (await import("../../server/follow.ts")).shipOverServer(context);
    const only = parseOnly(args);
    if (args.has("break-lock")) return (await import("./break-lock.ts")).breakLock(context);
    if (args.has("abandon")) return (await import("./abandon.ts")).abandon(context);
    const [{ openWriterJob }, { foresee }, { rollout: rollOut }] = await Promise.all([
      import("../open-writer-job.ts"),
      import("../../pipeline/expected/foresee.ts"),
      import("../../pipeline/rollout.ts"),
    ]);
    const job = await openWriterJob(context, "fleet", "release");
    const verdict = await foresee(
      job,
      await rollOut(job, { resume: args.has("resume"), only, named: args.text("sha") }),
    );
    return conclude(verdict, { command: "rollout", ...shippedOr(verdict, context.dryRun) });
  },
};
