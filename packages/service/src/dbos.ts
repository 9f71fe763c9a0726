export { dbosEngine } from "./engine/dbos/dbos-engine.ts";
