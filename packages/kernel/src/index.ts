export type { Ancestry } from "./ancestry.ts";
export { type Clock, interrupted, isoNow, systemClock } from "./clock.ts";
export { type CommitSha, isShaPrefix, parseCommitSha, sameCommit, shortestSha } from "./commit-sha.ts";
export { type Digest, parseDigest } from "./digest.ts";
export { type Duration, formatDuration, parseDuration } from "./duration.ts";
export { type Appended, createGitRefLog, type EntryDraft, type GitRefLog, type GitRefLogOptions } from "./git-ref.ts";
export type { LogEntry } from "./git-ref/log-entry.ts";
export type { GitCall, GitOutput, GitRunner } from "./git-ref/run-git.ts";
export {
  createHttp,
  type Http,
  type HttpDeadlines,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  type HttpStream,
} from "./http.ts";
export { redactUrl, systemCode } from "./http-errors.ts";
export { formatImageRef, type ImageRef, isTag, parseImageRef, type Repository } from "./image-ref.ts";
export { looksLikeHtml, parseJson, type Schema } from "./parse-json.ts";
export { plainText } from "./plain-text.ts";
export { poll, type Polled, type PollPolicy } from "./poll.ts";
export { classifyReadBack, type ReadBack } from "./read-back.ts";
export { absent, found, mapReading, type Reading, unknown } from "./reading.ts";
export {
  asReleaseError,
  type ErrorCategory,
  isReleaseError,
  ReleaseError,
  type ReleaseErrorOptions,
} from "./release-error.ts";
export { ignoreEvents, type ReleaseEvent, type Reporter } from "./reporter.ts";
export { retry, type RetryPolicy } from "./retry.ts";
export { type Secret, secret } from "./secret.ts";
export {
  createSender,
  type Sender,
  type SenderOptions,
  type SendInit,
  type SentResponse,
  type UndiciModule,
} from "./sender.ts";
export { parseSlug, type Slug } from "./slug.ts";
export { type Evidence, type Go, go, type Stop, stop, type StopOutcome, type Verdict } from "./verdict.ts";
