import { expect, test } from "vitest";
import { decideCommonRelease } from "./decide-common-release.ts";
import { commonReleaseTable } from "../../../test/tables/decide-common-release.table.ts";

test.each(commonReleaseTable)("targets on $releases: drift $drift, since $because", ({ releases, drift }) => {
  const targets = [...releases].map((commit, at) => ({ name: `t${at}`, commit: commit === "-" ? undefined : commit }));
  const reason = decideCommonRelease(targets);
  expect(reason !== undefined).toBe(drift);
  for (const { name, commit } of drift ? targets : []) expect(reason?.includes(`${name}: `)).toBe(commit !== undefined);
});
