import { type EnvironmentRow, environmentTable } from "./environment.table.ts";
import { formatKey } from "./problem.ts";

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Plain values of a configuration, and the environment variable that each overridden key came from. */
export interface Layered {
  readonly value: Record<string, unknown>;
  /** From a key such as `gate.timeout` to the name of its variable. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Lays `LATEEN_*` variables over the values of a file, and fills what is still open from the job's own variables.
 *
 * @param wantsForge - Whether the job's variables may make up a whole `forge` section that the file does not have.
 */
export function layer(file: unknown, env: Environment, wantsForge: boolean): Layered {
  const value = structuredClone(isRecord(file) ? file : {});
  const variables = new Map<string, string>();
  for (const row of environmentTable) {
    const text = env[row.name];
    if (text === undefined || text.trim() === "") continue;
    put(value, row.path, readAs(row, text));
    variables.set(formatKey(row.path), row.name);
  }
  if (wantsForge || isRecord(value["forge"])) fillForge(value, env, variables);
  return { value, variables };
}

/** `overlay` merged into `base`: objects key by key, everything else replaces. */
export function merge(base: unknown, overlay: unknown): unknown {
  if (!isRecord(base) || !isRecord(overlay)) return overlay === undefined ? base : overlay;
  const keys = new Set([...Object.keys(base), ...Object.keys(overlay)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], overlay[key])]));
}

/** True if `value` is an object that keys can be looked up in. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; undefined if it is not JSON. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value at `path`; undefined if there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (here, part) =>
      typeof here === "object" && here !== null ? (here as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
}

/** True if `value` has a value at `path`. */
export function holds(value: unknown, path: readonly PropertyKey[]): boolean {
  let here: unknown = value;
  for (const part of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, part)) return false;
    here = (here as Record<PropertyKey, unknown>)[part];
  }
  return true;
}

/** Values of a job fill only what is open, and the address of the API only where the server's address is the job's too. */
function fillForge(value: Record<string, unknown>, env: Environment, variables: Map<string, string>): void {
  const forge = isRecord(value["forge"]) ? value["forge"] : {};
  const hadUrl = forge["url"] !== undefined;
  const fill = (key: string, filled: unknown, name: string): void => {
    if (forge[key] !== undefined || filled === undefined || filled === "") return;
    forge[key] = filled;
    variables.set(`forge.${key}`, name);
  };
  if (env["GITHUB_ACTIONS"] === "true")
    fill("kind", env["GITEA_ACTIONS"] === "true" ? "gitea" : "github", "GITHUB_ACTIONS");
  fill("repository", env["GITHUB_REPOSITORY"], "GITHUB_REPOSITORY");
  fill("url", env["GITHUB_SERVER_URL"], "GITHUB_SERVER_URL");
  if (!hadUrl) fill("api", env["GITHUB_API_URL"], "GITHUB_API_URL");
  if (forge["kind"] === "github" && !hadUrl) fill("url", "https://github.com", "(default)");
  for (const name of tokenVariables(forge, env)) {
    if ((env[name] ?? "") !== "") fill("token", { env: name }, name);
  }
  if (Object.keys(forge).length > 0) value["forge"] = forge;
}

/** A job's GITHUB_TOKEN belongs to the server of that job: it is not sent to another one. */
function tokenVariables(forge: Record<string, unknown>, env: Environment): readonly string[] {
  const server = env["GITHUB_SERVER_URL"] ?? "";
  const isOwnServer = server === "" || String(forge["url"]).replace(/\/+$/, "") === server.replace(/\/+$/, "");
  const own = isOwnServer ? ["GITHUB_TOKEN"] : [];
  return forge["kind"] === "gitea" ? ["GITEA_TOKEN", ...(env["GITEA_ACTIONS"] === "true" ? own : [])] : own;
}

function readAs(row: EnvironmentRow, text: string): unknown {
  if (row.as === "list")
    return (text.includes("\n") ? text.split("\n") : text.split(","))
      .map((item) => item.trim())
      .filter((item) => item !== "");
  if (row.as === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (row.as === "number" || row.as === "share") return /^\d+$/.test(text.trim()) ? Number(text) : text.trim();
  return text.trim();
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let here = target;
  for (const key of path.slice(0, -1)) {
    const next = here[key];
    if (isRecord(next)) here = next;
    else here[key] = here = {};
  }
  const last = path.at(-1);
  if (last !== undefined) here[last] = value;
}
