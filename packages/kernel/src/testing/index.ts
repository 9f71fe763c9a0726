export { createFakeClock, createScaledClock, type FakeClock } from "./fake-clock.ts";
export {
  type RecordedRequest,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
} from "./scripted-server.ts";
