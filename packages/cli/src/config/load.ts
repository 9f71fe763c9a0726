import { join, resolve } from "node:path";
import { configMissing, cliError } from "./errors.ts";
import { didYouMean } from "./suggest.ts";
import { checkOverlays } from "./check-overlays.ts";
import type { Config, Section } from "./config.ts";
import { secretAdvice } from "./fields.ts";
import { nameInvisible } from "./explain-text.ts";
import { crossChecks } from "./cross-checks.ts";
import { findConfig, readConfigFile } from "./read-config-file.ts";
import type { SourceDocument } from "./read-yaml.ts";
import { type Environment, holds, isRecord, type Layered, layer, merge } from "./layers.ts";
import { configError, formatKey, type Problem } from "./problem.ts";
import { configSchema } from "./schema.ts";
import { writtenTokens } from "./written-tokens.ts";
import { type Files, machineFiles } from "../io/files.ts";
import { type Described, describeIssues, type Issue } from "./describe-issue.ts";
import { fewOf } from "./few-problems.ts";

/** Inputs that decide which configuration is read. */
export interface LoadOptions {
  readonly cwd: string;
  readonly env: Environment;
  /** @default machineFiles */
  readonly files?: Files;
  /** `--config`; a path, or undefined for the nearest file. */
  readonly file?: string | undefined;
  /** `--env`: name of the overlay under `environments`. */
  readonly overlay?: string | undefined;
  /** Sections that must be there. @default [] */
  readonly needs?: readonly Section[];
}

/** A configuration that holds, and where it came from. */
export interface Settings {
  readonly config: Config;
  /** The file as shown to people; undefined if there is none. */
  readonly file: string | undefined;
  /** The environment that was chosen with `--env` or LATEEN_ENV; undefined if none was. */
  readonly environment?: string | undefined;
  /** Folder that relative paths of the configuration start from. */
  readonly folder: string;
  /** Source of the value of `key`: `lateen.yaml:3:5`, a variable, or `default`. */
  sourceOf(path: readonly PropertyKey[]): string;
}

/**
 * Finds, reads, layers and checks the configuration.
 *
 * @throws ReleaseError `CONFIG_INVALID` with every problem at once, `CONFIG_UNREADABLE`, `CONFIG_MISSING`; all exit code 2
 */
export async function loadConfig(options: LoadOptions): Promise<Settings> {
  const { cwd, env, files = machineFiles, needs = [] } = options;
  const path = options.file ?? nonEmpty(env["LATEEN_CONFIG"]) ?? findConfig(cwd, files);
  const document = path === undefined ? undefined : await readConfigFile(path, cwd, files);
  const chosen = chooseOverlay(document, options.overlay ?? env["LATEEN_ENV"]);
  const layered = layer(chosen.value, env, needs.includes("forge"));
  const locate = createLocator(document, chosen.overlay, layered);
  const parsed = configSchema(layered.value).safeParse(layered.value);
  const issues = withTokens(
    layered.value,
    parsed.success ? [] : describeIssues(parsed.error.issues as readonly Issue[], layered.value),
  );
  const problems = [
    ...(document !== undefined && !isRecord(document.value ?? {})
      ? [locate([], "must be a mapping of sections such as forge, gate and fleet")]
      : []),
    ...located(locate, issues),
    ...located(locate, crossChecks(layered.value)),
    ...located(locate, checkOverlays(document?.value, chosen.overlay?.[1])),
  ];
  const missing = needs.filter((section) => layered.value[section] === undefined);
  if (problems.length === 0 && missing.length > 0) throw configMissing(missing.join(", "), { file: document?.file });
  problems.push(...missing.map((section) => locate([section], "this section is missing, and the command needs it")));
  if (problems.length > 0 || !parsed.success)
    throw configError(
      deduplicated(problems.map((problem) => nameInvisible(problem, document?.line(problem.line ?? 0) ?? ""))),
    );
  return {
    config: inEnvironment(parsed.data, chosen.overlay?.[1], document?.value),
    environment: chosen.overlay?.[1],
    file: document?.file,
    folder: path === undefined ? cwd : resolve(cwd, path, ".."),
    sourceOf: (at) => (holds(layered.value, at) ? placeOf(locate(at, "")) : "default"),
  };
}

/** Of a value that is a token nothing is wrong but that: what else is said of it helps with nothing. */
function withTokens(config: unknown, issues: readonly Described[]): readonly Described[] {
  const isSaid = new Set(
    issues.filter(({ message }) => message.includes(secretAdvice)).map(({ path }) => formatKey(path)),
  );
  const tokens = writtenTokens(config).filter(({ path }) => !isSaid.has(formatKey(path)));
  const isToken = new Set(tokens.map(({ path }) => formatKey(path)));
  return [...issues.filter(({ path }) => !isToken.has(formatKey(path))), ...tokens];
}

/**
 * Gives the journal and its mirror a place of their own in each environment, unless the environment names one: a rollout of one
 * environment must never be continued in another.
 */
function inEnvironment(config: Config, name: string | undefined, file: unknown): Config {
  const { fleet } = config;
  if (fleet === undefined) return config;
  const own = (...path: readonly string[]) =>
    name !== undefined && isRecord(file) && holds(file, ["environments", name, "fleet", ...path]);
  const journal = name === undefined || own("journal") ? fleet.journal : join(fleet.journal, name);
  const { mirror } = fleet;
  if (mirror === undefined) return { ...config, fleet: { ...fleet, journal } };
  const ref = own("mirror", "ref") ? mirror.ref : mirrorRef(mirror.ref, name, file);
  return { ...config, fleet: { ...fleet, journal, mirror: { ...mirror, ref } } };
}

/** Git cannot keep both `a` and `a/b`, so the fleet without an environment has a leaf of its own as well, unless it is the only one. */
function mirrorRef(ref: string, name: string | undefined, file: unknown): string {
  const isOnly = isRecord(file) && holds(file, ["fleet", "mirror", "ref"]) && !holds(file, ["environments"]);
  return name === undefined && isOnly ? ref : `${ref}/${name ?? "default"}`;
}

/** An input of a job that no one gave is an empty variable. */
function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text;
}

function chooseOverlay(
  document: SourceDocument | undefined,
  name: string | undefined,
): { value: unknown; overlay: readonly string[] | undefined } {
  const value = document?.value ?? {};
  if (name === undefined || name === "") return { value, overlay: undefined };
  const environments = isRecord(value) && isRecord(value["environments"]) ? value["environments"] : {};
  if (!Object.hasOwn(environments, name)) {
    throw cliError("ENVIRONMENT_UNKNOWN", "input", {
      message: `the configuration has no environment ${JSON.stringify(name)}${didYouMean(name, Object.keys(environments))}`,
      fix: "write it under environments:, or use the name of one that is there",
    });
  }
  return { value: merge(value, environments[name]), overlay: ["environments", name] };
}

/** To find a value takes a walk through its file, so the first hundred are placed, and what counts those that were left out. */
function located(locate: Locate, problems: readonly Described[]): readonly Problem[] {
  const { few, more } = fewOf(problems.filter(({ isCount }) => isCount !== true));
  const counts = problems.filter(({ isCount }) => isCount === true);
  const placed = [...few, ...counts].map(({ path, message, atKey }) => locate(path, message, atKey));
  return more > 0 ? [...placed, locate([], `more problems: ${more}`)] : placed;
}

type Locate = (path: readonly PropertyKey[], message: string, atKey?: boolean) => Problem;

/** A value's place: the variable that set it, else the overlay, else the file itself. */
function createLocator(
  document: SourceDocument | undefined,
  overlay: readonly string[] | undefined,
  { variables }: Layered,
): Locate {
  return (path, message, atKey = false) => {
    const key = formatKey(path);
    const variable = variables.get(key) ?? variables.get(key.replace(/\[\d+\]$/, ""));
    if (variable !== undefined) return { where: variable, key, message };
    const within =
      overlay !== undefined && holds(document?.value, [...overlay, ...path]) ? [...overlay, ...path] : path;
    const position = atKey ? document?.keyPosition(within) : document?.position(within);
    return {
      where: document?.file ?? "(no configuration file)",
      line: position?.line,
      column: position?.column,
      key,
      message,
    };
  };
}

function placeOf({ where, line, column }: Problem): string {
  return line === undefined ? where : `${where}:${line}:${column ?? 1}`;
}

function deduplicated(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  const distinct = problems.filter(({ where, key, message }) => {
    const identity = JSON.stringify([where, key, message]);
    return seen.has(identity) ? false : seen.add(identity);
  });
  return distinct.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
