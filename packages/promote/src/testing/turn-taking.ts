import type { Clock } from "@lateen/kernel";
import type { Ledger } from "../ports/ledger.ts";
import type { PromotePorts } from "../promotion.ts";
import type { TagStore } from "../ports/tag-store.ts";
import type { PromotionWorld } from "./world.ts";

/** A call that waits for its turn. */
export interface Call {
  readonly name: string;
  readonly writes: boolean;
  /** Resource that it reads or writes. */
  readonly place: "ledger" | "tags";
  go(answer: boolean): Promise<string>;
}

/** One program of an exploration. */
export interface Actor {
  readonly calls: Map<string, Call>;
  /** Answers of each call so far. By call and not by time: the order among calls made together means nothing. */
  readonly log: Map<string, string[]>;
  /** True if nothing was read since it last wrote, or began. */
  fresh: boolean;
  crashed: boolean;
  result: { readonly value: unknown } | undefined;
}

/** Ports whose calls to what is shared wait for their turn. The clock is the program's own, and each sleep lasts ten seconds. */
export function turnTaking(world: PromotionWorld, actor: Actor, at: number): PromotePorts {
  let now = 0;
  let nonces = 0;
  const turn = <T>(
    name: string,
    { writes, place }: Pick<Call, "writes" | "place">,
    act: () => Promise<T>,
    show: (value: T) => string,
  ): Promise<T> =>
    new Promise((resolve) => {
      const go = async (answer: boolean) => {
        const value = await act();
        if (answer) resolve(value);
        return show(value);
      };
      actor.calls.set(name, { name, writes, place, go });
    });
  const { tags, ledger } = world;
  const show = (value: unknown) =>
    JSON.stringify(value, (key, inner: unknown) => (key === "at" || key === "bytes" ? undefined : inner));
  const sharedTags: TagStore = {
    ...tags,
    resolve: (ref) =>
      turn(`resolve ${ref.repository}`, { writes: false, place: "tags" }, () => tags.resolve(ref), show),
    put: (repository, manifest, tag) =>
      turn(
        `put ${repository} ${manifest.digest.slice(7, 11)}`,
        { writes: true, place: "tags" },
        () => tags.put(repository, manifest, tag),
        show,
      ),
  };
  const sharedLedger: Ledger = {
    source: ledger.source,
    read: () =>
      turn(
        "read",
        { writes: false, place: "ledger" },
        () => ledger.read(),
        (head) => (head.kind === "found" ? head.value.id : head.kind),
      ),
    entries: (limit) =>
      turn(
        "entries",
        { writes: false, place: "ledger" },
        () => ledger.entries(limit),
        (all) => (all.kind === "found" ? String(all.value.length) : all.kind),
      ),
    append: (expected, entry) =>
      turn(
        "append",
        { writes: true, place: "ledger" },
        () => ledger.append(expected, entry),
        ({ kind }) => kind,
      ),
  };
  const clock: Clock = {
    now: () => now,
    sleep: async () => {
      now += 10_000;
    },
  };
  return { ...world.ports, tags: sharedTags, ledger: sharedLedger, clock, nonce: () => `${at}-${++nonces}` };
}
