export { assertPart } from "./assert-part.ts";
export type { ContractRunner } from "./contract-runner.ts";
export { createFakeClock, createScaledClock, type FakeClock } from "./fake-clock.ts";
export {
  type RecordedRequest,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
} from "./scripted-server.ts";
