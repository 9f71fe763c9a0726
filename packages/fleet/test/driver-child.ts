// A rollout over a driver in a process of its own, for tests that kill it. Prints every event as a line of JSON.
import { argv, stdout } from "node:process";
import { createScaledClock } from "@lateen/kernel/testing";
import { createExecFleet } from "../src/exec/index.ts";
import { createKubernetesFleet } from "../src/kubernetes/index.ts";
import { createFileJournal } from "../src/journal/file/journal.ts";
import { rollOut } from "../src/roll-out.ts";
import type { RolloutInput } from "../src/ports/rollout-ports.ts";
import type { ExecFleetOptions } from "../src/exec/commands.ts";
import type { KubernetesFleetOptions } from "../src/kubernetes/cluster.ts";

/** Input of the child, as JSON. */
export interface DriverChildSettings {
  readonly driver:
    | { readonly kind: "exec"; readonly options: ExecFleetOptions }
    | { readonly kind: "kubernetes"; readonly options: KubernetesFleetOptions };
  readonly folder: string;
  readonly input: RolloutInput;
}

const { driver, folder, input } = JSON.parse(argv[2] ?? "") as DriverChildSettings;
const clock = createScaledClock({ factor: 20 });
const { controlPlane, prober } =
  driver.kind === "exec"
    ? createExecFleet({ ...driver.options, clock })
    : createKubernetesFleet({ ...driver.options, clock });
if (prober === undefined) throw new Error("the scenarios need a proof");
const verdict = await rollOut(input, {
  controlPlane,
  prober,
  clock,
  journal: createFileJournal({ folder }),
  report: (event) => void stdout.write(`${JSON.stringify(event)}\n`),
});
stdout.write(`${JSON.stringify({ type: "verdict", verdict })}\n`);
