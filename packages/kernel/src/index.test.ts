import { expect, test } from "vitest";

import * as kernel from "./index.ts";
import * as testing from "./testing/index.ts";

test("the public surface changes on purpose only", () => {
  expect(Object.keys(kernel).toSorted()).toMatchInlineSnapshot(`
    [
      "ReleaseError",
      "absent",
      "asReleaseError",
      "classifyReadBack",
      "createGitRefLog",
      "createHttp",
      "createSender",
      "formatDuration",
      "formatImageRef",
      "found",
      "go",
      "ignoreEvents",
      "interrupted",
      "isReleaseError",
      "isShaPrefix",
      "isTag",
      "isoNow",
      "looksLikeHtml",
      "mapReading",
      "parseCommitSha",
      "parseDigest",
      "parseDuration",
      "parseImageRef",
      "parseJson",
      "parseSlug",
      "plainText",
      "poll",
      "readBounded",
      "redactUrl",
      "retry",
      "runGit",
      "sameCommit",
      "secret",
      "shortestSha",
      "stop",
      "systemClock",
      "systemCode",
      "unknown",
    ]
  `);
  expect(Object.keys(testing).toSorted()).toMatchInlineSnapshot(`
    [
      "createFakeClock",
      "createGitRepository",
      "createScaledClock",
      "startGitHttpServer",
      "startScriptedServer",
    ]
  `);
});
