import { dbosEngine } from "../src/dbos.ts";
import type { Engine } from "../src/engine/engine.ts";
import { tableEngine } from "../src/engine/table.ts";

export type EngineName = "table" | "dbos";

/** Engines that the same tests hold. */
export const engines: Readonly<Record<EngineName, () => Engine>> = { table: () => tableEngine, dbos: dbosEngine };

export const engineNames = Object.keys(engines) as readonly EngineName[];
