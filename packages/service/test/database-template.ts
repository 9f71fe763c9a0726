import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "@lateen/kernel";
import { startPostgres } from "../src/embedded/start-postgres.ts";

const run = promisify(execFile);
const files = ["postgres", "postgres.password"];

/**
 * Fills `folder` with a PostgreSQL that has never been used, as `startPostgres` leaves it.
 *
 * It is made once for each state of the program that makes it: that takes a second of the processor and writes 39 MB to disk with fsync,
 * in each of seventeen files of tests (measured November 2026). A copy never waits for the disk either, which a process that is killed
 * does not notice: what it has written is the system's.
 */
export async function copyDatabase(folder: string): Promise<void> {
  const template = await templateFolder();
  if (!existsSync(template)) await makeTemplate(template);
  // Not Node's own copy: the data belong to the user that PostgreSQL runs as.
  await run("cp", ["-a", ...files.map((file) => join(template, file)), folder]);
}

async function templateFolder(): Promise<string> {
  const maker = await readFile(fileURLToPath(new URL("../src/embedded/start-postgres.ts", import.meta.url)));
  const manifest = await readFile(fileURLToPath(new URL("../package.json", import.meta.url)));
  const digest = createHash("sha256").update(maker).update(manifest).digest("hex").slice(0, 16);
  return fileURLToPath(new URL(`../node_modules/.cache/postgres-${digest}`, import.meta.url));
}

/** Workers that begin at the same time each make one, and the first is kept. */
async function makeTemplate(template: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-postgres-"));
  const postgres = await startPostgres(folder, systemClock);
  await postgres.stop();
  await appendFile(join(folder, "postgres/postgresql.conf"), "fsync = off\n");
  await mkdir(dirname(template), { recursive: true });
  const copy = await mkdtemp(`${template}-`);
  await run("cp", ["-a", ...files.map((file) => join(folder, file)), copy]);
  await rename(copy, template).catch(() => rm(copy, { recursive: true }));
  await rm(folder, { recursive: true });
}
