import type { Fact } from "./facts.ts";

/** A stretch or an instant of one tenant's line, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: "moving" | "verified" | "failed";
  readonly title: string;
}

/** Outcome of one tenant in one wave. */
export interface Lane {
  readonly slug: string;
  readonly spans: readonly Span[];
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** `not started` if it was never asked for. */
  readonly verdict: string;
  readonly reason: string | undefined;
}

/** A wave that was started, or a stage that was not reached. */
export interface Wave {
  readonly name: string;
  readonly canary: boolean;
  readonly reached: boolean;
  readonly soak: { readonly from: number; readonly to: number } | undefined;
  /** Every look during the soak. */
  readonly probes: readonly { readonly at: number; readonly well: boolean; readonly title: string }[];
  /** Share of tenants that may fail, at 95 % confidence, in [0, 1]. */
  readonly failureBound: number | undefined;
  readonly lanes: readonly Lane[];
}

type Draft = { -readonly [K in keyof Wave]: Wave[K] };
type Notebook = {
  waves: Map<string, Draft>;
  stages: Map<string, readonly string[]>;
  before: Map<string, string>;
  end: number;
  /** After a halt no wave says how few tenants fail. */
  readonly hasHalted: boolean;
};

/** The waves of a rollout in their order, those that were not reached last. */
export function tellStory(facts: readonly Fact[]): readonly Wave[] {
  const hasHalted = facts.findLast((fact) => fact.type === "rollout-finished")?.outcome === "halted";
  const end = facts.at(-1)?.at ?? 0;
  const book: Notebook = { waves: new Map(), stages: new Map(), before: new Map(), end, hasHalted };
  for (const fact of facts) note(book, fact);
  const reached = new Set([...book.waves.values()].flatMap(({ lanes }) => lanes.map(({ slug }) => slug)));
  const rest = [...book.stages].flatMap(([name, slugs]) => {
    const lanes = slugs.filter((slug) => !reached.has(slug)).map((slug) => emptyLane(slug, book.before.get(slug)));
    return lanes.length === 0 ? [] : [{ ...emptyWave(name), reached: false, lanes }];
  });
  return [...book.waves.values(), ...rest];
}

function note(book: Notebook, fact: Fact): void {
  switch (fact.type) {
    case "baseline-read":
      for (const [slug, { sha }] of fact.tenants) if (sha !== undefined) book.before.set(slug, sha);
      break;
    case "fleet-enumerated":
      book.stages.set(
        "not moved",
        fact.tenants.map(({ slug }) => slug),
      );
      break;
    case "stages-planned":
      for (const { name, slugs } of fact.stages) plan(book, name, slugs);
      break;
    case "fleet-enumerated-again":
      for (const [slug, { sha }] of fact.baseline) if (sha !== undefined) book.before.set(slug, sha);
      for (const { name, slugs } of fact.stages) plan(book, name, slugs);
      break;
    case "wave-started":
      draft(book, fact.wave).canary = fact.canary;
      for (const slug of fact.slugs) change(book, fact.wave, slug, (lane) => lane);
      break;
    case "tenants-posted": {
      const title = `asked for${fact.attempt > 1 ? `, try ${fact.attempt}` : ""}`;
      const span: Span = { from: fact.at, to: book.end, kind: "moving", title };
      for (const slug of fact.slugs)
        change(book, fact.wave, slug, (lane) => ({
          ...lane,
          verdict: "moving",
          spans: [...close(lane.spans, fact.at), span],
        }));
      break;
    }
    default:
      noteOutcome(book, fact);
  }
}

function noteOutcome(book: Notebook, fact: Fact): void {
  switch (fact.type) {
    case "tenant-verified":
      settle(book, fact, { verdict: fact.verdict, after: fact.sha }, `runs ${fact.sha.slice(0, 7)}`);
      break;
    case "tenant-failed":
      settle(book, fact, { verdict: "failed", after: fact.sha, reason: fact.reason }, fact.reason);
      break;
    case "soak-started":
      draft(book, fact.wave).soak = { from: fact.at, to: Math.min(fact.until, book.end) };
      break;
    case "soak-probed": {
      const wave = draft(book, fact.wave);
      const title = `${fact.healthy} of ${fact.total} well`;
      wave.probes = [...wave.probes, { at: fact.at, well: fact.healthy === fact.total, title }];
      break;
    }
    case "wave-finished":
      if (!book.hasHalted) draft(book, fact.wave).failureBound = fact.failureBound;
      break;
    default:
  }
}

type Settled = Extract<Fact, { type: "tenant-verified" | "tenant-failed" }>;

function settle(book: Notebook, { slug, at, type }: Settled, said: Partial<Lane>, title: string): void {
  const kind = type === "tenant-verified" ? "verified" : "failed";
  const wave = [...book.waves.values()].findLast(({ lanes }) => lanes.some((lane) => lane.slug === slug));
  change(book, wave?.name ?? "before the first wave", slug, (lane) => ({
    ...lane,
    reason: undefined,
    ...said,
    spans: [...close(lane.spans, at), { from: at, to: book.end, kind, title }],
  }));
}

/** Ends every span that is still open. */
function close(spans: readonly Span[], at: number): readonly Span[] {
  return spans.map((span, index) => (index === spans.length - 1 ? { ...span, to: at } : span));
}

function plan(book: Notebook, name: string, slugs: readonly string[]): void {
  const planned = new Set(slugs);
  const rest = book.stages.get("not moved")?.filter((slug) => !planned.has(slug)) ?? [];
  book.stages.delete("not moved");
  book.stages.set(name, slugs).set("not moved", rest);
}

function draft({ waves }: Notebook, name: string): Draft {
  const wave = waves.get(name) ?? emptyWave(name);
  waves.set(name, wave);
  return wave;
}

function change(book: Notebook, name: string, slug: string, edit: (lane: Lane) => Lane): void {
  const wave = draft(book, name);
  const known = wave.lanes.some((lane) => lane.slug === slug);
  const lanes = known ? wave.lanes : [...wave.lanes, emptyLane(slug, book.before.get(slug))];
  wave.lanes = lanes.map((lane) => (lane.slug === slug ? edit(lane) : lane));
}

function emptyLane(slug: string, before: string | undefined): Lane {
  return { slug, before, spans: [], after: undefined, verdict: "not started", reason: undefined };
}

function emptyWave(name: string): Draft {
  return { name, canary: false, reached: true, soak: undefined, probes: [], failureBound: undefined, lanes: [] };
}
