import type { AnyEvent } from "./events.ts";

/** What is known of one tenant while it is watched. */
export type TenantMark = "waiting" | "asked" | "verified" | "failed";

/** What the lines that are redrawn show. */
export interface Watched {
  readonly stage: string;
  /** Waves in their order, each with its tenants in theirs. */
  readonly waves: ReadonlyMap<string, ReadonlyMap<string, TenantMark>>;
  /** A wave that is watched until then, in milliseconds since the epoch. */
  readonly soak: { readonly wave: string; readonly until: number } | undefined;
  readonly fleet: number;
}

/** Before the first event. */
export const nothingWatched: Watched = { stage: "", waves: new Map(), soak: undefined, fleet: 0 };

/** The state after an event. */
export function watch(state: Watched, event: AnyEvent): Watched {
  switch (event.type) {
    case "stage-started":
      return { ...state, stage: `${event.stage}: ${event.about}` };
    case "fleet-enumerated":
      return { ...state, fleet: event.tenants.length };
    case "wave-started":
      return {
        ...state,
        waves: new Map([...state.waves, [event.wave, new Map(event.slugs.map((slug) => [slug, "waiting"]))]]),
      };
    case "tenants-posted":
      return { ...state, waves: marked(state.waves, event.slugs, "asked") };
    case "tenant-verified":
      return { ...state, waves: marked(state.waves, [event.slug], "verified") };
    case "tenant-failed":
      return { ...state, waves: marked(state.waves, [event.slug], "failed") };
    case "soak-started":
      return { ...state, soak: { wave: event.wave, until: event.until } };
    case "wave-finished":
    case "rollout-finished":
      return { ...state, soak: undefined };
    default:
      return state;
  }
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
