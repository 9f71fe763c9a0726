import { afterAll, beforeAll } from "vitest";
import { openDatabase } from "../src/store/database.ts";
import { startDatabase } from "./world.ts";

/** A database for the tests of a file; what each test does in it is kept apart by the name of its fleet. */
export function useDatabase(): { readonly url: string; readonly folder: string } {
  let server: Awaited<ReturnType<typeof startDatabase>>;
  beforeAll(async () => void (server = await startDatabase()), 120_000);
  afterAll(() => server.stop());
  return {
    get url() {
      return server.url;
    },
    get folder() {
      return server.folder;
    },
  };
}

/** Makes another database on the same server, with nothing in it. */
export async function addDatabase(url: string, name: string): Promise<string> {
  const database = openDatabase(url);
  await database.query(`create database ${name}`);
  await database.close();
  return url.replace(/postgres$/, name);
}
