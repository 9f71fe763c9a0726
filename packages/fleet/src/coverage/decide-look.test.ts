import { found, parseCommitSha, type Reading, ReleaseError, unknown } from "@lateen/kernel";
import { expect, test } from "vitest";
import { decideLook, type Sample } from "./decide-look.ts";
import type { LookJudgement } from "./decide-tenant.ts";

const target = parseCommitSha("a".repeat(40));

function failed(code: string): Sample {
  const cause = new ReleaseError({ code, category: "unavailable", message: code });
  return { reading: unknown(cause), judgement: { verdict: "unreachable", reason: code } };
}

function shows(sha: string, verdict: LookJudgement["verdict"]): Sample {
  const reading: Reading<string> = found(sha);
  return { reading, judgement: { verdict, reason: "" } };
}

const seen = {
  target: shows(target, "verified"),
  other: shows("b".repeat(40), "behind"),
  throttled: failed("BUILDINFO_THROTTLED"),
  down: failed("HTTP_UNREACHABLE"),
};

test.each<{ samples: (keyof typeof seen)[]; isThrottled: boolean; because: string }>([
  { samples: ["throttled"], isThrottled: true, because: "nothing was seen" },
  { samples: ["target", "throttled"], isThrottled: true, because: "one pause of several is a pause" },
  { samples: ["down", "throttled"], isThrottled: true, because: "an ingress that refuses may drop as well" },
  { samples: ["other", "throttled"], isThrottled: false, because: "another commit was seen" },
  { samples: ["target", "other", "throttled"], isThrottled: false, because: "a contradiction is one, pause or not" },
  { samples: ["target", "down"], isThrottled: false, because: "no pause was asked for" },
])("$samples is no bad look: $isThrottled, since $because", ({ samples, isThrottled }) => {
  expect(
    decideLook(
      target,
      samples.map((name) => seen[name]),
    ).isThrottled,
  ).toBe(isThrottled);
});
