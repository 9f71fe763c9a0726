import type { AnyEvent } from "./events.ts";

/** What is known of one tenant while it is watched. */
export type TenantMark = "waiting" | "asked" | "verified" | "failed";

/** What the lines that are redrawn show. */
export interface Watched {
  /** Waves in their order, each with its tenants in theirs. */
  readonly waves: ReadonlyMap<string, ReadonlyMap<string, TenantMark>>;
  /** A wave that is watched until then, in milliseconds since the epoch. */
  readonly soak: { readonly wave: string; readonly until: number } | undefined;
  readonly fleet: number;
  /** Soaks of stages that were not begun, by stage, in milliseconds. */
  readonly soaksToCome: ReadonlyMap<string, number>;
  /** Since when a wave is on its way, in milliseconds since the epoch. */
  readonly movingSince: number | undefined;
  /** How long the waves so far were on their way, soaks apart, and how many tenants they moved. */
  readonly pace: { readonly ms: number; readonly tenants: number };
}

export const nothingWatched: Watched = {
  waves: new Map(),
  soak: undefined,
  fleet: 0,
  soaksToCome: new Map(),
  movingSince: undefined,
  pace: { ms: 0, tenants: 0 },
};

/** The state after an event, which came at `now`. */
export function watch(state: Watched, event: AnyEvent, now: number): Watched {
  switch (event.type) {
    case "fleet-enumerated":
      return { ...state, fleet: event.tenants.length };
    case "stages-planned":
      return { ...state, soaksToCome: new Map(event.stages.map(({ name, soakMs }) => [name, soakMs])) };
    case "wave-started":
      return {
        ...state,
        movingSince: now,
        soaksToCome: new Map([...state.soaksToCome].filter(([stage]) => stage !== event.stage)),
        waves: new Map([...state.waves, [event.wave, new Map(event.slugs.map((slug) => [slug, "waiting"]))]]),
      };
    case "tenants-posted":
      return { ...state, waves: marked(state.waves, event.slugs, "asked") };
    case "tenant-verified":
      return { ...state, waves: marked(state.waves, [event.slug], "verified") };
    case "tenant-failed":
      return { ...state, waves: marked(state.waves, [event.slug], "failed") };
    case "soak-started":
      return { ...arrived(state, event.wave, now), soak: { wave: event.wave, until: event.until } };
    case "wave-finished":
      return { ...arrived(state, event.wave, now), soak: undefined };
    case "rollout-finished":
      return { ...state, soak: undefined };
    default:
      return state;
  }
}

/** How long the rest takes at the pace so far, in milliseconds; undefined while there is no pace. */
export function remainingMs({ waves, soak, fleet, soaksToCome, pace }: Watched, now: number): number | undefined {
  if (pace.tenants === 0) return undefined;
  const settled = [...waves.values()].flatMap((wave) => [...wave.values()].filter((mark) => mark !== "waiting"));
  const soaks = [...soaksToCome.values()].reduce((sum, ms) => sum + ms, soak === undefined ? 0 : soak.until - now);
  return Math.max(0, soaks) + Math.max(0, fleet - settled.length) * (pace.ms / pace.tenants);
}

/** The wave is where it was to go, also where a soak comes after that. */
function arrived(state: Watched, wave: string, now: number): Watched {
  if (state.movingSince === undefined) return state;
  const tenants = state.waves.get(wave)?.size ?? 0;
  const pace = { ms: state.pace.ms + now - state.movingSince, tenants: state.pace.tenants + tenants };
  return { ...state, movingSince: undefined, pace };
}

function marked(waves: Watched["waves"], slugs: readonly string[], mark: TenantMark): Watched["waves"] {
  const chosen = new Set(slugs);
  return new Map(
    [...waves].map(([wave, tenants]) => [
      wave,
      new Map([...tenants].map(([slug, before]) => [slug, chosen.has(slug) ? mark : before])),
    ]),
  );
}
