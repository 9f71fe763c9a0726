import { absent } from "@lateen/kernel";
import { expect, test } from "vitest";
import type { Job } from "../../job/job.ts";
import { gitExaminations } from "./examine-git.ts";
import { journalExaminations } from "./examine-journal.ts";
import type { Trunk } from "./trunk.ts";

const nothing: Trunk = {
  head: async () => undefined,
  promoted: async () => undefined,
  recent: async () => [],
};

/** A job on a machine on which nothing may be written. */
function jobWith(closed: RegExp): Job {
  const appended: string[] = [];
  return {
    host: { files: { exists: () => true, isWritable: (path: string) => !closed.test(path) } },
    settings: {
      folder: "/project",
      config: { fleet: { journal: ".lateen/" }, promote: { targets: [{ name: "default" }] } },
    },
    wiring: {
      ledger: async () => ({ read: async () => absent("there is none") }),
      gitTrials: async () => [
        {
          name: "ledger default",
          remote: "/ledger.git",
          ref: "refs/lateen/latest",
          append: async () => (appended.push("x"), { kind: "appended", head: {} }),
        },
      ],
    },
  } as unknown as Job;
}

test.each([
  [/^\/ledger\.git\/objects$/, "gap", "/ledger.git/objects cannot be written"],
  [/^\/ledger\.git/, "gap", "/ledger.git/objects and /ledger.git/refs cannot be written"],
  [/never/, "ok", "the server admits an append"],
])("a ledger on disk where %s is closed is %s", async (closed, verdict, part) => {
  const [ledger] = gitExaminations(jobWith(closed), nothing);
  const findings = [await ledger?.look()].flat();
  expect(findings.at(-1)).toMatchObject({ verdict, fact: expect.stringContaining(part) as string });
});

test("a journal's folder that is closed is a gap", async () => {
  const [folder] = journalExaminations(jobWith(/^\/project\/\.lateen/), nothing);
  expect([await folder?.look()].flat()).toMatchObject([
    { verdict: "gap", fact: expect.stringContaining("/project/.lateen cannot be written") as string },
  ]);
});
