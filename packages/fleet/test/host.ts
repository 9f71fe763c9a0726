import { type ControlPlane, type Guard, type Journal, type JournalEntry, type Prober, rollOut } from "@lateen/fleet";
import { type Evidence, found, go, type NonEmpty, parseCommitSha, parseSlug, stop, systemClock } from "@lateen/kernel";

const tenants = new Map(["one", "two", "three", "four"].map((name) => [parseSlug(name), "1".repeat(40)]));
const controlPlane: ControlPlane = {
  enumerate: async () => found([...tenants.keys()].map((slug) => ({ slug, plane: "host" }))),
  async redeploy(selected, release) {
    for (const { slug } of selected) tenants.set(slug, release.sha); // containers, virtual machines, whatever you move
    const rows = selected.map(({ slug }) => ({ slug, healthy: true, onTarget: true, hasError: false }));
    return { kind: "answered", ok: true, rows };
  },
};
const prober: Prober = { buildinfo: async ({ slug }) => found(tenants.get(slug) ?? "") };
const say = (verdict: string): NonEmpty<Evidence> => [
  { rule: "host", verdict, fact: "by our own table", source: "host.ts", at: new Date().toISOString() },
];
const frozen = new Set<string>();
const check: Guard["check"] = async () =>
  frozen.has("fleet") ? stop({ outcome: "held", code: "OUT_OF_HOURS", reason: "late" }) : go(undefined, say("open"));
const facts: JournalEntry[] = []; // a table of yours; `append` resolves when the facts are safe
const append = async (added: readonly JournalEntry[]) => void facts.push(...added);
const rotate = async () => void facts.splice(0);
const open = async () => go({ entries: [...facts], append, rotate, close: async () => undefined }, say("held"));
const journal: Journal = { read: async () => facts, open };

export const verdict: Awaited<ReturnType<typeof rollOut>> = await rollOut(
  {
    release: { sha: parseCommitSha("2".repeat(40)), digests: {}, tag: "v2" },
    policy: { canary: [parseSlug("one")], soakMs: 10, pace: { waves: [1, "50%"] }, verify: { intervalMs: 5 } },
  },
  { controlPlane, prober, journal, guards: [{ name: "freeze", check }], clock: systemClock },
);
