/** A value that SQLite takes as a parameter. */
export type SqliteValue = string | number | null;

/** The part of `node:sqlite`'s `DatabaseSync` that the journal uses. */
export interface SqliteDatabase {
  prepare(text: string): { all(...values: SqliteValue[]): unknown[] };
}

/** Runs one statement with `$1`, `$2` … for its values. */
export interface SqliteClient {
  query(text: string, values: readonly SqliteValue[]): Promise<{ readonly rows: readonly SqliteRow[] }>;
}

type SqliteRow = Readonly<Record<string, unknown>>;

/** A client over a database of `node:sqlite`, which counts its parameters; the same number may be used twice. */
export function sqliteClient(database: SqliteDatabase): SqliteClient {
  return {
    async query(text, values) {
      const used: SqliteValue[] = [];
      const positional = text.replaceAll(/\$(\d+)/g, (_, number: string) => {
        used.push(values[Number(number) - 1] ?? null);
        return "?";
      });
      return { rows: database.prepare(positional).all(...used) as SqliteRow[] };
    },
  };
}
