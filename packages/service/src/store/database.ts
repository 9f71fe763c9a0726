import { asReleaseError, isReleaseError } from "@lateen/kernel";
import type { SqlClient } from "@lateen/fleet/journal-sql";
import pg from "pg";
import { serviceError } from "../errors.ts";

/** A pool of connections, and transactions on it. */
export interface Database extends SqlClient {
  /** Runs `work` in one transaction. @throws ReleaseError `DATABASE_UNAVAILABLE`: nothing was kept; `COMMIT_UNCERTAIN`: it may have been */
  transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseUse {
  /** Most connections. @default 20 */
  readonly connections?: number;
  /** Milliseconds to wait for a connection, and for an answer. @default 4000: the API answers 503 within 10 s */
  readonly waitMs?: number;
}

/** Opens the database at `url`; connections are made when they are needed and replaced when they break. */
export function openDatabase(url: string, { connections = 20, waitMs = 4_000 }: DatabaseUse = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: waitMs,
    query_timeout: waitMs,
    statement_timeout: waitMs,
    // Two runners that meet on one row must not wait for the statement's end.
    lock_timeout: waitMs / 2,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
  });
  // A connection that breaks while it is idle is replaced; without a listener it would end the process.
  pool.on("error", () => undefined);
  const query =
    (client: Pick<pg.ClientBase, "query">): SqlClient["query"] =>
    async (text, values) => {
      const answer = await client.query<Record<string, unknown>>(text, values ?? []).catch((error: unknown) => {
        throw isDatabaseError(error) ? databaseUnavailable(error) : error;
      });
      return { rows: answer.rows, rowCount: answer.rowCount };
    };
  return {
    query: query(pool),
    async transaction(work) {
      const client = await pool.connect().catch((cause: unknown) => {
        throw databaseUnavailable(cause);
      });
      let broken: Error | undefined;
      // A connection that breaks says so to its query, and once more as an event: without a listener that would end the process.
      const hear = (error: Error): void => void (broken = error);
      client.on("error", hear);
      try {
        await client.query("begin");
        const value = await work({ query: query(client) });
        await client.query("commit").catch((cause: unknown) => {
          throw isAnswerOfDatabase(cause) ? cause : commitUncertain(cause);
        });
        return value;
      } catch (error) {
        // A connection on which even this fails is not given back.
        await client.query("rollback").catch((cause: unknown) => (broken = cause as Error));
        throw isDatabaseError(error) ? databaseUnavailable(error) : error;
      } finally {
        client.off("error", hear);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

/** If `error` is one of the database or of the way there, and not one of ours. */
export function isDatabaseError(error: unknown): boolean {
  if (!(error instanceof Error) || isReleaseError(error)) return false;
  const code = "code" in error ? String(error.code) : "";
  // Five digits and letters are PostgreSQL's; the rest are of the socket and of the pool. What it cannot parse is our mistake: classes
  // 22 (data), 23 (constraints) and 42 (syntax, rights). Source: PostgreSQL, appendix A.
  if (/^(?:22|23|42(?!501))[0-9A-Z]{3}$/.test(code)) return false;
  return /^[0-9A-Z]{5}$|^E[A-Z]+$/.test(code) || /timeout|Connection terminated|connect/i.test(error.message);
}

/** If the database itself says that it has not committed: what breaks off, or is shut down (class 57P, 08), says nothing. */
function isAnswerOfDatabase(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[0-9A-Z]{5}$/.test(code) && !/^(?:57P|08)/.test(code) && !/^E[A-Z]{4}$/.test(code);
}

/** If `error` comes from a database that could not be reached, or did not take more, whatever it was wrapped in since. */
export function isDatabaseAway(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause)
    if (isReleaseError(one) && (one.code === "DATABASE_UNAVAILABLE" || one.code === "COMMIT_UNCERTAIN")) return true;
  return false;
}

/** Says that nothing was taken, since nothing can be kept. */
export function databaseUnavailable(cause: unknown): Error {
  return serviceError("DATABASE_UNAVAILABLE", {
    message: "the database cannot be reached, so nothing is taken",
    why: asReleaseError(cause).message,
    fix: "repeat the request when /healthz is 200",
    cause,
  });
}

/** Says that the answer of the database was lost: what was asked for may have been taken, or not. */
export function commitUncertain(cause: unknown): Error {
  return serviceError("COMMIT_UNCERTAIN", {
    message: "the connection to the database broke off while this was committed, so it may have been taken",
    why: asReleaseError(cause).message,
    fix: "repeat the request when /healthz is 200: what was taken is not taken twice",
    cause,
  });
}
