import { stop } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import type { ControlPlane } from "../../ports/control-plane.ts";
import type { Prober } from "../../ports/prober.ts";
import type { OpenJournal } from "../../ports/journal.ts";
import type { RolloutPorts } from "../../ports/rollout-ports.ts";
import { rollOut } from "../../roll-out.ts";
import { commits } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import type { WorldFault } from "./world.ts";

const seeds = 2_000;
const faults: readonly WorldFault[] = [
  "late death",
  "mixed replicas",
  "cached answer",
  "504 with work going on",
  "strangers' rows",
  "paged listing",
  "429 to a call",
  "429 to a look",
  "clock set",
  "birth",
  "another fleet's journal",
];

describe("the simulation", () => {
  test(`holds every invariant over ${seeds} seeds`, { timeout: 400_000 }, async () => {
    const ends = new Map<string, number>();
    const met = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const run = await simulate(seed, { trace: false });
      if (run.violation !== undefined)
        throw new Error(`seed ${seed}: ${run.violation}\n${(await simulate(seed)).trace.join("\n")}`);
      ends.set(run.ended, (ends.get(run.ended) ?? 0) + 1);
      for (const fault of run.met.keys()) met.set(fault, (met.get(fault) ?? 0) + 1);
    }
    // A plan of faults that let everything pass, or nothing, would prove nothing.
    for (const ended of ["go", "halted", "held", "superseded", "refused"])
      expect(ends.get(ended) ?? 0).toBeGreaterThan(5);
    // Seeds in which each fault was met, not only planned.
    for (const fault of faults) expect(met.get(fault) ?? 0, fault).toBeGreaterThan(10);
  });

  test("repeats a seed to the letter", async () => {
    for (const seed of [7, 302, 1_275]) expect(await simulate(seed)).toEqual(await simulate(seed));
  });

  test("a fair rollout succeeds wherever it is killed", { timeout: 240_000 }, async () => {
    for (const seed of [5, 10, 25]) {
      const { operations } = await simulate(seed);
      for (let killAt = 1; killAt <= operations; killAt++) {
        const run = await simulate(seed, { crashes: [killAt], trace: false });
        expect({ killAt, violation: run.violation, ended: run.ended }).toEqual({
          killAt,
          violation: undefined,
          ended: "go",
        });
      }
    }
  });
});

describe("the invariants bite", () => {
  const broken: readonly (readonly [string, RegExp, typeof rollOut])[] = [
    [
      "an engine without a journal",
      /I1 |I11/,
      async (input, ports, signal) => {
        const fleet = await ports.controlPlane.enumerate(
          input.release,
          { soakMs: 0, batch: 1, maxStragglers: 0 },
          signal,
        );
        const [first] = fleet.kind === "found" ? fleet.value.filter(({ slug }) => slug.startsWith("t-")) : [];
        if (first !== undefined)
          await ports.controlPlane.redeploy([first], input.release, { soakMs: 0, batch: 1, maxStragglers: 0 });
        return stop({ outcome: "halted", code: "INVARIANT_BROKEN", reason: "it has done what it should not" });
      },
    ],
    [
      "an engine that asks no guard",
      /I3/,
      (input, { guards: _guards, ...ports }, signal) => rollOut(input, ports, signal),
    ],
    [
      "an engine without a canary",
      /I4/,
      (input, ports, signal) => rollOut({ ...input, policy: { ...input.policy, canary: [] } }, ports, signal),
    ],
    [
      "an engine that tolerates everything",
      /I6/,
      (input, ports, signal) => rollOut({ ...input, policy: { ...input.policy, maxStragglers: 1_000 } }, ports, signal),
    ],
    [
      "an engine that ignores pins",
      /I1/,
      (input, ports, signal) => rollOut({ ...input, policy: { ...input.policy, pinned: {} } }, ports, signal),
    ],
    [
      "an engine that sends a lost call again at once",
      /I17/,
      (input, ports, signal) => {
        const redeploy: ControlPlane["redeploy"] = async (...given) => {
          const answer = await ports.controlPlane.redeploy(...given);
          return answer.kind === "lost" ? ports.controlPlane.redeploy(...given) : answer;
        };
        return rollOut(input, { ...ports, controlPlane: { ...ports.controlPlane, redeploy } }, signal);
      },
    ],
    [
      "an engine that does not watch what it has proven",
      /I18/,
      (input, ports, signal) => {
        const proven = new Set<string>();
        const buildinfo: Prober["buildinfo"] = async (tenant, stop) => {
          const seen = await ports.prober.buildinfo(tenant, stop);
          if (seen.kind === "found" && seen.value === input.release.sha) proven.add(tenant.slug);
          return proven.has(tenant.slug) ? { kind: "found", value: input.release.sha } : seen;
        };
        return rollOut(input, { ...ports, prober: { buildinfo } }, signal);
      },
    ],
    [
      "an engine that takes any journal for its own",
      /I19/,
      ({ fleet: _fleet, ...input }, ports, signal) => rollOut(input, ports, signal),
    ],
    [
      "an engine that does not mind what else is moved",
      /I3/,
      (input, ports, signal) => {
        const redeploy: ControlPlane["redeploy"] = async (tenants, ...given) => {
          const answer = await ports.controlPlane.redeploy(tenants, ...given);
          const named = new Set(tenants.map(({ slug }) => slug));
          return answer.kind === "answered"
            ? { ...answer, rows: answer.rows.filter(({ slug }) => named.has(slug)) }
            : answer;
        };
        return rollOut(input, { ...ports, controlPlane: { ...ports.controlPlane, redeploy } }, signal);
      },
    ],
    [
      "an engine that moves more at a time than its policy says",
      /I2/,
      (input, ports, signal) => rollOut({ ...input, policy: { ...input.policy, pace: { batch: 50 } } }, ports, signal),
    ],
    [
      "an engine that leaves a tenant out of its account",
      /I5/,
      async (input, ports, signal) => {
        const verdict = await rollOut(input, ports, signal);
        const { value } = verdict;
        if (value === undefined) return verdict;
        return { ...verdict, value: { ...value, tenants: value.tenants.slice(1) } } as typeof verdict;
      },
    ],
    [
      "an engine that writes nothing down before it acts",
      /I11/,
      (input, ports, signal) => {
        const open: RolloutPorts["journal"]["open"] = async () => {
          const opened = await ports.journal.open();
          if (opened.kind === "stop") return opened;
          const append: typeof opened.value.append = (entries) =>
            opened.value.append(entries.filter(({ type }) => type !== "tenants-posted"));
          return { ...opened, value: { ...opened.value, append } };
        };
        return rollOut(input, { ...ports, journal: { ...ports.journal, open } }, signal);
      },
    ],
    [
      "an engine that moves what is proven once more",
      /I12/,
      (input, ports, signal) => {
        let journal: OpenJournal | undefined;
        let first: Parameters<ControlPlane["redeploy"]>[0] | undefined;
        const open: RolloutPorts["journal"]["open"] = async () => {
          const opened = await ports.journal.open();
          if (opened.kind === "go") journal = opened.value;
          return opened;
        };
        const redeploy: ControlPlane["redeploy"] = async (tenants, ...given) => {
          const [again, slugs] = [first, first?.map(({ slug }) => slug) ?? []];
          first ??= tenants;
          if (again !== undefined && again !== tenants) {
            await journal?.append([{ type: "tenants-posted", call: 999, wave: "again", slugs, attempt: 2, at: 0 }]);
            await ports.controlPlane.redeploy(again, ...given);
          }
          return ports.controlPlane.redeploy(tenants, ...given);
        };
        const controlPlane = { ...ports.controlPlane, redeploy };
        return rollOut(input, { ...ports, controlPlane, journal: { ...ports.journal, open } }, signal);
      },
    ],
    [
      "an engine that returns tenants to another commit",
      /I13/,
      (input, ports, signal) => {
        const redeploy: ControlPlane["redeploy"] = (tenants, release, ...given) => {
          const isForward = release.sha === input.release.sha;
          const other = { ...release, sha: commits[5] ?? release.sha };
          return ports.controlPlane.redeploy(tenants, isForward ? release : other, ...given);
        };
        return rollOut(input, { ...ports, controlPlane: { ...ports.controlPlane, redeploy } }, signal);
      },
    ],
    [
      "an engine that sends an empty selection",
      /I15/,
      (input, ports, signal) => {
        const redeploy: ControlPlane["redeploy"] = (_tenants, ...given) =>
          ports.controlPlane.redeploy([] as unknown as Parameters<ControlPlane["redeploy"]>[0], ...given);
        return rollOut(input, { ...ports, controlPlane: { ...ports.controlPlane, redeploy } }, signal);
      },
    ],
    [
      "an engine that gives up without a reason",
      /I16/,
      async () => stop({ outcome: "halted", code: "INVARIANT_BROKEN", reason: "it has given up" }),
    ],
    [
      "an engine that believes a prober who lies",
      /I6|I4/,
      (input, ports, signal) =>
        rollOut(
          input,
          { ...ports, prober: { buildinfo: async () => ({ kind: "found", value: input.release.sha }) } },
          signal,
        ),
    ],
  ];

  test.each(broken)("%s is caught by %s", async (_name, invariant, engine) => {
    let found: string | undefined;
    for (let seed = 1; seed <= 300 && found === undefined; seed++) {
      const { violation = "" } = await simulate(seed, { engine, trace: false });
      found = invariant.test(violation) ? violation : undefined;
    }
    expect(found).toBeDefined();
  });
});
