import type { AnyEvent } from "../events.ts";

/** Facts about one tenant while it is watched. */
export type TenantMark = "waiting" | "moving" | "verified" | "failed";

/** Content of the lines that are redrawn. */
export interface Watched {
  /** Since when there is something to watch, in milliseconds since the epoch. */
  readonly since: number | undefined;
  /** Every tenant that counts, in the order of the enumeration; a pinned one does not. */
  readonly tenants: ReadonlyMap<string, TenantMark>;
  readonly pinned: number;
  /** Waves that have begun, in their order, with their tenants. */
  readonly waves: ReadonlyMap<string, readonly string[]>;
  /** Stages of which tenants have not begun. */
  readonly toCome: ReadonlyMap<string, StageToCome>;
  /** The newest wave that has begun and is not finished. */
  readonly current: string | undefined;
  /** A wave that is watched until then, in milliseconds since the epoch. */
  readonly soak: { readonly wave: string; readonly until: number } | undefined;
  /** Since when a wave is on its way, in milliseconds since the epoch. */
  readonly movingSince: number | undefined;
  /** Total time of the waves so far, without soaks, and the number of tenants that they moved. */
  readonly pace: { readonly ms: number; readonly tenants: number };
  /** True if tenants go back to what they ran before. */
  readonly isReturn: boolean;
}

interface StageToCome {
  readonly slugs: readonly string[];
  /** In milliseconds; zero once the stage has begun. */
  readonly soakMs: number;
}

type Stages = Extract<AnyEvent, { readonly type: "stages-planned" }>["stages"];

export const nothingWatched: Watched = {
  since: undefined,
  tenants: new Map(),
  pinned: 0,
  waves: new Map(),
  toCome: new Map(),
  current: undefined,
  soak: undefined,
  movingSince: undefined,
  pace: { ms: 0, tenants: 0 },
  isReturn: false,
};

/** The state after an event, which came at `now`. */
export function watch(state: Watched, event: AnyEvent, now: number): Watched {
  switch (event.type) {
    case "facts-recalled":
      return event.facts.reduce((before: Watched, fact) => watch(before, fact, fact.at), nothingWatched);
    case "rollout-started":
      return { ...nothingWatched, since: now };
    case "fleet-enumerated":
      return enumerated(state, slugsOf(event.tenants), event.pinned);
    case "fleet-enumerated-again":
      return planned(begun(enumerated(state, slugsOf(event.born), event.pinned ?? []), event.baseline), event.stages);
    case "baseline-read":
      return begun(state, event.tenants);
    case "stages-planned":
      return planned(state, event.stages);
    case "return-planned":
      return planned(
        {
          ...enumerated(
            nothingWatched,
            event.stages.flatMap(({ slugs }) => slugs),
            [],
          ),
          since: now,
          isReturn: true,
        },
        event.stages,
      );
    case "wave-started":
      return started(state, event, now);
    case "tenants-posted":
      return marked(state, event.slugs, "moving");
    case "tenant-verified":
      return marked(state, [event.slug], "verified");
    case "tenant-failed":
      return marked(state, [event.slug], "failed");
    case "soak-started":
      return { ...arrived(state, event.wave, now), soak: { wave: event.wave, until: event.until } };
    case "soak-passed":
      return { ...state, soak: undefined };
    case "wave-finished":
      return { ...arrived(state, event.wave, now), soak: undefined, current: undefined };
    default:
      return state;
  }
}

export function countMarks({ tenants }: Pick<Watched, "tenants">, mark: TenantMark): number {
  return [...tenants.values()].filter((one) => one === mark).length;
}

function slugsOf(tenants: readonly { readonly slug: string }[]): readonly string[] {
  return tenants.map(({ slug }) => slug);
}

function enumerated(state: Watched, slugs: readonly string[], pinned: readonly string[]): Watched {
  const apart = new Set(pinned);
  const more = slugs.filter((slug) => !apart.has(slug)).map((slug) => [slug, "waiting"] as const);
  return { ...state, tenants: new Map([...state.tenants, ...more]), pinned: state.pinned + pinned.length };
}

/** A tenant that runs the release already is done; no one asks for it. */
function begun(state: Watched, baseline: readonly (readonly [string, { readonly kind: string }])[]): Watched {
  const done = baseline.filter(([slug, { kind }]) => kind === "done" && state.tenants.has(slug));
  return marked(
    state,
    done.map(([slug]) => slug),
    "verified",
  );
}

function planned(state: Watched, stages: Stages): Watched {
  const more = stages.map(({ name, slugs, soakMs }) => [name, { slugs, soakMs }] as const);
  return { ...state, toCome: new Map([...state.toCome, ...more]) };
}

function started(state: Watched, event: Extract<AnyEvent, { readonly type: "wave-started" }>, now: number): Watched {
  const { wave, stage, slugs } = event;
  const own = new Set<string>(slugs);
  const left = state.toCome.get(stage)?.slugs.filter((slug) => !own.has(slug)) ?? [];
  const rest = [...state.toCome].flatMap(([name, come]) =>
    name !== stage ? [[name, come] as const] : left.length === 0 ? [] : [[name, { slugs: left, soakMs: 0 }] as const],
  );
  return {
    ...state,
    movingSince: now,
    current: wave,
    toCome: new Map(rest),
    waves: new Map([...state.waves, [wave, slugs]]),
  };
}

/** The wave is where it was to go, also where a soak comes after that. */
function arrived(state: Watched, wave: string, now: number): Watched {
  if (state.movingSince === undefined) return state;
  const tenants = state.waves.get(wave)?.length ?? 0;
  const pace = { ms: state.pace.ms + now - state.movingSince, tenants: state.pace.tenants + tenants };
  return { ...state, movingSince: undefined, pace };
}

function marked(state: Watched, slugs: readonly string[], mark: TenantMark): Watched {
  if (slugs.length === 0) return state;
  return { ...state, tenants: new Map([...state.tenants, ...slugs.map((slug) => [slug, mark] as const)]) };
}
