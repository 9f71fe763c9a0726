// A rollout in a process of its own, for tests that kill it. Prints every event as a line of JSON.
import { argv, stdout } from "node:process";
import { createSender, parseCommitSha, parseSlug, secret } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { createControlPlane } from "../src/http/control-plane.ts";
import { createProber } from "../src/http/prober.ts";
import { createFileJournal } from "../src/journal/file/journal.ts";
import type { FleetPolicy } from "../src/policy.ts";
import { rollOut } from "../src/roll-out.ts";

interface Settings {
  readonly controlPlane: string;
  readonly token: string;
  readonly buildinfo: string;
  readonly folder: string;
  readonly sha: string;
  readonly policy: FleetPolicy;
}

const { controlPlane, token, buildinfo, folder, sha, policy } = JSON.parse(argv[2] ?? "") as Settings;
const send = createSender(() => import("undici"));
const release = { sha: parseCommitSha(sha), digests: {}, tag: `staging-${sha.slice(0, 7)}` };
const verdict = await rollOut(
  { release, policy: { canary: [parseSlug("t1")], ...policy } },
  {
    controlPlane: createControlPlane({ name: "prod", url: controlPlane, token: secret(token), send }),
    prober: createProber({ url: buildinfo, send }),
    journal: createFileJournal({ folder }),
    clock: createScaledClock({ factor: 20 }),
    report: (event) => void stdout.write(`${JSON.stringify(event)}\n`),
  },
);
stdout.write(`${JSON.stringify({ type: "verdict", verdict })}\n`);
