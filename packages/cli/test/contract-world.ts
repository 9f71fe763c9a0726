import { afterEach, beforeEach, expect } from "vitest";
import type { Ran } from "./run-lateen.ts";
import { images, startWorld, type World } from "./world.ts";

// The contract of the command line, read line by line by somebody who does not believe it: what writes.

/** The world of the test that runs, with two commits: the fleet and `:latest` are on `old`. */
export let world: World;
export let old = "";
export let sha = "";

/** Starts a world before each test of the file that calls it. */
export function useContractWorld(): void {
  beforeEach(async () => {
    world = await startWorld();
    [old = "", sha = ""] = world.commits;
  });
  afterEach(() => world.close());
}

interface Tenant {
  readonly slug: string;
  readonly verdict: string;
  readonly wave?: string;
}
export type Document = ReturnType<Ran["json"]> & {
  readonly fleet: Record<"stragglers" | "quarantined" | "unknown", readonly string[]> & {
    readonly enumerated: number;
    readonly verified: number;
    readonly ahead: number;
    readonly tenants: readonly Tenant[];
  };
  readonly images: readonly {
    readonly repository: string;
    readonly tags: readonly { readonly tag: string; readonly action: string }[];
  }[];
  readonly error: Record<string, string>;
};
export const run = async (...argv: readonly string[]): Promise<Ran & { readonly document: Document }> => {
  const ran = await world.lateen([...argv, "--json"]);
  return { ...ran, document: ran.json() as Document };
};
export const configure = (...changes: readonly (readonly [string | RegExp, string])[]): void =>
  world.configure((text) =>
    changes.reduce((before, [from, to]) => {
      const after = before.replace(from, to);
      expect(after, String(from)).not.toBe(before);
      return after;
    }, text),
  );
export const latest = (): (string | undefined)[] => images.map((image) => world.tag(image, "latest"));
export const candidates = (commit: number): string[] => images.map((image) => world.digest(image, commit));
export const running = (): string[] => [...new Set(world.tenants.slugs().map((slug) => world.tenants.get(slug).sha))];
export const moves = (): readonly (readonly string[])[] => world.plane.moves();

/** Checks the contract of every account: a partition of the enumerated fleet. */
export function expectPartition({
  enumerated,
  verified,
  ahead,
  stragglers,
  quarantined,
  unknown,
  tenants,
}: Document["fleet"]): void {
  expect(enumerated).toBe(tenants.length);
  const off = [...stragglers, ...quarantined, ...unknown];
  expect(new Set(off).size, "each in exactly one list").toBe(off.length);
  expect(verified + ahead + off.length).toBe(enumerated);
}
