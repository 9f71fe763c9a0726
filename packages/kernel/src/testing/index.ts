export { createFakeClock, createScaledClock, type FakeClock, type FakeClockOptions } from "./fake-clock.ts";
export {
  type Exchange,
  type RecordedRequest,
  type Script,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
} from "./scripted-server.ts";
