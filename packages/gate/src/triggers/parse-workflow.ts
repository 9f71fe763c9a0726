import { absent, found, plainText, type Reading, ReleaseError, unknown } from "@lateen/kernel";
import type * as YamlModule from "yaml";
import type { Document, Scalar, YAMLMap } from "yaml";
import { gateError } from "../errors.ts";

/** The filters that a `push` trigger can have, under the names that the workflow language gives them. */
export const pushFilterNames = ["branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"] as const;

export type PushFilterName = (typeof pushFilterNames)[number];

/** The `push` part of a workflow's `on`: each filter with its patterns, in order. */
export type PushTrigger = Readonly<Partial<Record<PushFilterName, readonly string[]>>>;

/** Parts of a workflow file that the gate reads. */
export interface ParsedWorkflow {
  /** Its `name:`; undefined if it has none, and forges show the file's name or path. */
  readonly name: string | undefined;
  /** Absent if the workflow does not run on push, unknown if any part of `on.push` cannot be understood. */
  readonly push: Reading<PushTrigger>;
}

/**
 * Loads the module `yaml`: it is an optional peer and loaded with the first workflow. Its types stay in here, so that
 * users without it do not miss them.
 */
export type LoadYaml = () => Promise<object>;

/** Maximum size of a workflow file that Gitea reads (`GetContentFromEntry` in its `modules/actions`). */
const longestWorkflow = 1024 * 1024;

type Yaml = Pick<typeof YamlModule, "isAlias" | "isMap" | "isScalar" | "isSeq" | "parseDocument">;

class Unclear extends Error {}
/** Text that is no YAML at all, which no forge runs. */
class Broken extends Error {}

/**
 * Reads a workflow file; unknown if it is not a workflow. A filter that cannot be read is never taken for no filter.
 *
 * @param source - Where the text was read, for errors.
 */
export async function parseWorkflow(
  text: string,
  source: string,
  load: LoadYaml = () => import("yaml"),
): Promise<Reading<ParsedWorkflow>> {
  const loaded = await load().catch((cause: unknown) => yamlMissing(cause));
  if (loaded instanceof ReleaseError) return unknown(loaded);
  const yaml = loaded as Yaml;
  return attempt(source, () => {
    const { document, root } = readRoot(yaml, text);
    return found({ name: nameOf(yaml, root), push: attempt(source, () => readPush(yaml, document, root, source)) });
  });
}

function attempt<T>(source: string, read: () => Reading<T>): Reading<T> {
  try {
    return read();
  } catch (cause) {
    return unknown(unreadable(source, cause));
  }
}

function readRoot(yaml: Yaml, text: string): { readonly document: Document; readonly root: YAMLMap } {
  if (text.length > longestWorkflow) throw new Unclear(`it is longer than ${longestWorkflow} bytes`);
  const document = yaml.parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined && error.code !== "DUPLICATE_KEY") throw new Broken(error.message);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new Unclear(problem.message);
  if (!yaml.isMap(document.contents)) throw new Unclear("it is not a map");
  return { document: document as unknown as Document, root: document.contents as YAMLMap };
}

function nameOf(yaml: Yaml, root: YAMLMap): string | undefined {
  const name = root.get("name", true);
  return yaml.isScalar(name) && typeof name.value === "string" && name.value.trim() !== ""
    ? name.value.trim()
    : undefined;
}

function readPush(yaml: Yaml, document: Document, root: YAMLMap, source: string): Reading<PushTrigger> {
  const on = resolve(yaml, document, valueOfOn(yaml, root));
  const none = absent(`${source} has no push among its triggers`);
  if (yaml.isScalar(on)) return textOf(on, "on") === "push" ? found({}) : none;
  if (yaml.isSeq(on)) return textsOf(yaml, document, on, "on").includes("push") ? found({}) : none;
  if (!yaml.isMap(on)) throw new Unclear("its `on` is neither a name, a list nor a map");
  // A merge key brings `push` along in YAML 1.1 and is an ordinary key in 1.2.
  if (on.items.some(({ key }) => yaml.isScalar(key) && key.source === "<<"))
    throw new Unclear("its `on` has a merge key");
  return on.has("push") ? found(readFilters(yaml, document, on.get("push", true))) : none;
}

/**
 * The value under the key that is spelt `on`. A YAML 1.1 reading (`%YAML 1.1`) makes the boolean true of it, so the spelling counts;
 * a key spelt `true` is what a careless program leaves behind, and no forge takes it for `on`.
 */
function valueOfOn(yaml: Yaml, root: YAMLMap): unknown {
  const pairs = root.items.filter(
    ({ key }) => yaml.isScalar(key) && (key.value === "on" || (key.value === true && key.source === "on")),
  );
  if (pairs.length !== 1) throw new Unclear(`it has ${pairs.length === 0 ? "no" : "more than one"} \`on\``);
  return pairs[0]?.value;
}

function readFilters(yaml: Yaml, document: Document, node: unknown): PushTrigger {
  const push = resolve(yaml, document, node);
  if (push === null || push === undefined || (yaml.isScalar(push) && push.value === null)) return {};
  if (!yaml.isMap(push)) throw new Unclear("its `push` is not a map");
  const filters: Partial<Record<PushFilterName, readonly string[]>> = {};
  for (const { key, value } of push.items) {
    const name = pushFilterNames.find((known) => yaml.isScalar(key) && key.value === known);
    if (name === undefined) throw new Unclear(`its \`push\` has an unknown key ${plainText(String(key), 60)}`);
    const patterns = resolve(yaml, document, value);
    if (yaml.isSeq(patterns)) filters[name] = textsOf(yaml, document, patterns, name);
    else if (yaml.isScalar(patterns)) filters[name] = [textOf(patterns, name)];
    else throw new Unclear(`its \`${name}\` is neither a pattern nor a list`);
  }
  return filters;
}

function textsOf(
  yaml: Yaml,
  document: Document,
  list: { readonly items: readonly unknown[] },
  where: string,
): readonly string[] {
  return list.items.map((item) => {
    const value = resolve(yaml, document, item);
    if (yaml.isScalar(value)) return textOf(value, where);
    throw new Unclear(`its \`${where}\` has an entry that is not text`);
  });
}

function textOf(scalar: Scalar, where: string): string {
  // `1.0` is a number to YAML and its text is lost on the way: what a forge makes of it is anybody's guess.
  if (typeof scalar.value !== "string") throw new Unclear(`its \`${where}\` has an entry that is not text`);
  return scalar.value;
}

/** Follows one alias; only `on` is ever resolved, so a bomb of aliases anywhere in the file costs nothing. */
function resolve(yaml: Yaml, document: Document, node: unknown): unknown {
  return yaml.isAlias(node) ? node.resolve(document) : node;
}

function unreadable(source: string, cause: unknown): ReleaseError {
  return gateError(cause instanceof Broken ? "WORKFLOW_BROKEN" : "WORKFLOW_UNCLEAR", "state", {
    message: `the triggers of the workflow cannot be understood: ${plainText((cause as Error).message, 200)}`,
    why: source,
    fix: "correct the workflow file, or set whenAbsent to proceed or refuse for it",
    cause,
  });
}

function yamlMissing(cause: unknown): ReleaseError {
  return gateError("YAML_MISSING", "input", {
    message: "the package `yaml` is not installed, so the path filter of a workflow cannot be read",
    fix: "install `yaml`, or set whenAbsent to proceed or refuse",
    cause,
  });
}
