export { createFakeClock, createScaledClock, type FakeClock, type FakeClockOptions } from "./fake-clock.ts";
export {
  type GitFault,
  type GitHttpServer,
  type GitHttpServerOptions,
  type GitRequest,
  startGitHttpServer,
} from "./git-http-server.ts";
export { type CommitDraft, createGitRepository, type GitRepository } from "./git-repository.ts";
export {
  type Exchange,
  type RecordedRequest,
  type Script,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
} from "./scripted-server.ts";
