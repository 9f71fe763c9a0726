export { assertPart } from "./assert-part.ts";
export type { ContractRunner } from "./contract-runner.ts";
export { testEvidence } from "./evidence.ts";
export { createFakeClock, createScaledClock } from "./fake-clock.ts";
export { type RecordedRequest, type ScriptedReply, startScriptedServer } from "./scripted-server.ts";
