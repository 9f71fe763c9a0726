import { absent, type Ancestry, found, parseCommitSha, type Reading, ReleaseError, unknown } from "@lateen/kernel";
import { expect, test } from "vitest";
import { decideTenant } from "./decide-tenant.ts";
import { type LookCase, lookCases } from "../../test/tables/decide-tenant.table.ts";

const target = parseCommitSha("b".repeat(40));
const error = (code: string) => unknown(new ReleaseError({ code, category: "unavailable", message: code }));

const readings: Readonly<Record<LookCase["says"], Reading<string>>> = {
  target: found(target),
  "short target": found("bbbbbbb"),
  "another commit": found("c".repeat(40)),
  "no commit": absent("git_sha is dev"),
  silence: error("HTTP_UNREACHABLE"),
  rubbish: error("HTTP_NOT_JSON"),
};

function ancestryOf(history: LookCase["history"]): Reading<Ancestry> | undefined {
  if (history === "none") return undefined;
  if (history === "absent") return absent("the forge does not know it");
  return history === "unknown" ? error("HTTP_TIMEOUT") : found(history);
}

test.each(lookCases)("$says, $history, $match: $verdict", ({ says, history, match, verdict }) => {
  const judgement = decideTenant(target, readings[says], ancestryOf(history), match);
  expect(judgement.verdict).toBe(verdict);
  expect(judgement.reason === undefined).toBe(verdict === "verified");
});
