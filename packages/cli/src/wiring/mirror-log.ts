import type { mirrorJournal } from "@lateen/fleet";
import { createGitRefLog } from "@lateen/git-log";
import { type Reading, unknown } from "@lateen/kernel";
import type { LedgerConfig } from "../config/config.ts";
import { gitPlace } from "./git.ts";
import type { Parts } from "./parts.ts";
import { cliError } from "../config/errors.ts";

type MirrorLog = Parameters<typeof mirrorJournal>[0]["log"];

/** The ref that holds the copy of the journal. */
export function makeMirrorLog(parts: Parts, mirror: LedgerConfig): MirrorLog {
  const { env, clock } = parts;
  const place = gitPlace(parts, mirror, "fleet.mirror.remote");
  const open = (ref: string) => createGitRefLog({ ...place, ref, env, clock });
  const parent = mirror.ref.slice(0, mirror.ref.lastIndexOf("/"));
  // `refs/lateen` is no ref that a log can be kept on.
  return parent.split("/").length < 3
    ? open(mirror.ref)
    : besideEarlier(open(mirror.ref), { log: open(parent), ref: parent, isOurs: mirror.ref === `${parent}/default` });
}

/** The ref that holds the newest wish for a rollout, next to that of its journal. */
export function makeWishLog(parts: Parts, mirror: LedgerConfig): MirrorLog {
  const { env, clock } = parts;
  const ref = mirror.ref.replace(/^refs\/([^/]+)\//, "refs/$1/wishes/");
  return createGitRefLog({ ...gitPlace(parts, mirror, "fleet.mirror.remote"), ref, env, clock });
}

/** The place in which earlier versions kept the journal of the fleet without an environment. */
interface Earlier {
  readonly log: MirrorLog;
  readonly ref: string;
  /** True if this fleet is the one without an environment. */
  readonly isOurs: boolean;
}

/**
 * `own`, unless the ref that its name begins with exists, which earlier versions used and which excludes it in git: the fleet
 * without an environment continues that one, every other fleet learns what is in its way.
 */
function besideEarlier(own: MirrorLog, earlier: Earlier): MirrorLog {
  let log = own;
  return {
    async entries(options, signal) {
      const reading = await log.entries(options, signal);
      if (reading.kind !== "absent" || log !== own) return reading;
      const old = await earlier.log.entries(options, signal);
      if (old.kind === "absent") return reading;
      if (old.kind === "unknown") return old;
      if (!earlier.isOurs) return inTheWay(earlier.ref);
      log = earlier.log;
      return old;
    },
    append: (expected, draft) => log.append(expected, draft),
  };
}

function inTheWay(ref: string): Reading<never> {
  return unknown(
    cliError("MIRROR_REF_IN_THE_WAY", "state", {
      message: `the ref ${ref} of an earlier version is in the way: git cannot keep a ref below it`,
      why: `it holds the journal of the fleet without an environment`,
      fix: `once its rollout has ended, remove it: git push REMOTE :${ref}`,
    }),
  );
}
