/** One letter for each target: the release that its ledger names, or `-`. */
export interface CommonReleaseRow {
  readonly releases: string;
  readonly drift: boolean;
  readonly because: string;
}

/** Targets, and if they are on one release. */
export const commonReleaseTable: readonly CommonReleaseRow[] = [
  { releases: "X", drift: false, because: "one is always on one" },
  { releases: "XX", drift: false, because: "all are on one" },
  { releases: "XY", drift: true, because: "the fleet can only run one of them" },
  { releases: "XXY", drift: true, because: "one that was left behind is enough" },
  { releases: "X-", drift: false, because: "a target that is new waits for its first release" },
  { releases: "X-Y", drift: true, because: "what is new hides nothing" },
  { releases: "--", drift: false, because: "nothing was released" },
  { releases: "", drift: false, because: "there is nothing to differ" },
];
