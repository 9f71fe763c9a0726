import { isLoopback } from "@lateen/kernel";
import { checkProblems } from "./check-problems.ts";
import { isRecord } from "./layers.ts";
import { namedTwice } from "./named-twice.ts";
import { tagsClaimedTwice } from "./tags-claimed-twice.ts";

/** A problem between several keys, found on the plain values so that it shows next to all others. */
export interface CrossProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Problems that no single key shows: plain http, conflicting shapes of a rollout, tags that are nowhere, names given twice. */
export function crossChecks(config: Record<string, unknown>): readonly CrossProblem[] {
  return [
    ...plainHttp(config),
    ...remoteSecrets(config),
    ...gateHasSomething(config["gate"]),
    ...rolloutShape(config["fleet"]),
    ...fleetProof(config["fleet"]),
    ...commandShapes(config["fleet"]),
    ...checkProblems(config),
    ...promoteTags(config["promote"]),
    ...tagsClaimedTwice(config),
  ];
}

/** An empty gate would be open for everything. */
function gateHasSomething(gate: unknown): CrossProblem[] {
  if (!isRecord(gate) || gate["checks"] !== undefined) return [];
  const { workflows } = gate;
  if (Array.isArray(workflows) && workflows.length > 0) return [];
  return [{ path: ["gate", "checks"], message: "is missing: name the checks that must be green" }];
}

function plainHttp(config: Record<string, unknown>): CrossProblem[] {
  const entries: [unknown, readonly PropertyKey[], readonly string[]][] = [
    [config["forge"], ["forge"], ["url", "api"]],
  ];
  if (isRecord(config["fleet"])) {
    const { controlPlanes } = config["fleet"];
    entries.push([config["fleet"], ["fleet"], ["buildinfo"]]);
    if (Array.isArray(controlPlanes))
      controlPlanes.forEach((plane, index) => entries.push([plane, ["fleet", "controlPlanes", index], ["url"]]));
    const { checks } = config["fleet"];
    if (Array.isArray(checks))
      checks.forEach((check: unknown, index) => {
        for (const kind of ["http", "prometheus"])
          if (isRecord(check)) entries.push([check[kind], ["fleet", "checks", index, kind], ["url"]]);
      });
  }
  if (isRecord(config["registries"])) {
    for (const [host, entry] of Object.entries(config["registries"]))
      entries.push([entry, ["registries", host], ["endpoint", "realm"]]);
  }
  if (isRecord(config["promote"])) entries.push([config["promote"]["ledger"], ["promote", "ledger"], ["remote"]]);
  if (isRecord(config["fleet"])) entries.push([config["fleet"]["mirror"], ["fleet", "mirror"], ["remote"]]);
  return entries.flatMap(([entry, path, keys]) => {
    if (!isRecord(entry) || entry["insecure"] === true) return [];
    return keys.filter((key) => isPlainHttp(entry[key])).map((key) => ({ path: [...path, key], message: httpAdvice }));
  });
}

/** A password in the address of a git repository would stand in logs and in the ledger's evidence. */
function remoteSecrets(config: Record<string, unknown>): CrossProblem[] {
  const places: [unknown, readonly PropertyKey[]][] = [
    [isRecord(config["promote"]) ? config["promote"]["ledger"] : undefined, ["promote", "ledger", "remote"]],
    [isRecord(config["fleet"]) ? config["fleet"]["mirror"] : undefined, ["fleet", "mirror", "remote"]],
  ];
  return places.flatMap(([place, path]) => {
    const remote = isRecord(place) ? place["remote"] : undefined;
    if (typeof remote !== "string" || !URL.canParse(remote)) return [];
    const { username, password, protocol } = new URL(remote);
    // A drive's letter: a path on Windows.
    if (/^[a-z]:$/.test(protocol)) return [];
    if (!/^(?:https?|file):$/.test(protocol))
      return [{ path, message: "must be an https: or file: address, or a path" }];
    return username === "" && password === ""
      ? []
      : [{ path, message: "must not hold user and password; use token: { env: NAME }" }];
  });
}

const httpAdvice = "plain http is for loopback addresses; use https, or set insecure: true next to it";

function isPlainHttp(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const text = value.replaceAll(/\{\w+\}/g, "slug");
  return /^http:/i.test(text) && URL.canParse(text) && !isLoopback(new URL(text).hostname);
}

function rolloutShape(fleet: unknown): CrossProblem[] {
  if (!isRecord(fleet)) return [];
  const given = ["batch", "waves", "window"].filter((key) => fleet[key] !== undefined);
  const clash = given.slice(1).map((key) => ({
    path: ["fleet", key],
    message: `cannot be combined with fleet.${given[0]}; give one of batch, waves and window`,
  }));
  return [...clash, ...namedTwice(fleet["controlPlanes"], ["fleet", "controlPlanes"], "control plane")];
}

/** The commit of a tenant has to be proven by something: its own `/buildinfo`, or the control plane that can look for itself. */
function fleetProof(fleet: unknown): CrossProblem[] {
  if (!isRecord(fleet) || fleet["buildinfo"] !== undefined || !Array.isArray(fleet["controlPlanes"])) return [];
  const provesItself = (plane: unknown): boolean =>
    isRecord(plane) && (plane["kind"] === "kubernetes" || (plane["kind"] === "exec" && plane["proof"] !== undefined));
  if (fleet["controlPlanes"].every(provesItself)) return [];
  return [{ path: ["fleet", "buildinfo"], message: "is missing: it is where tenants say what they run" }];
}

/** A text without a shell, or a list for one, would run something other than was meant. */
function commandShapes(fleet: unknown): CrossProblem[] {
  const planes: readonly unknown[] =
    isRecord(fleet) && Array.isArray(fleet["controlPlanes"]) ? fleet["controlPlanes"] : [];
  return planes.flatMap((plane, index) => {
    if (!isRecord(plane) || plane["kind"] !== "exec") return [];
    const wanted = plane["shell"] === true ? "string" : "object";
    const message =
      wanted === "string"
        ? "must be one string, since shell is true"
        : "must be a list of arguments, or say shell: true";
    return ["enumerate", "move", "proof"]
      .filter((key) => plane[key] !== undefined && typeof plane[key] !== wanted)
      .map((key) => ({ path: ["fleet", "controlPlanes", index, key], message }));
  });
}

function promoteTags(promote: unknown): CrossProblem[] {
  if (!isRecord(promote)) return [];
  const { tags, targets } = promote;
  const none = tags === undefined && (!isRecord(targets) || Object.keys(targets).length === 0);
  const names = isRecord(targets) ? Object.keys(targets) : [];
  return [
    ...(none ? [{ path: ["promote", "tags"], message: "is missing: name the tags that move, such as [latest]" }] : []),
    ...names.flatMap((name) => targetName(name, tags !== undefined, names)),
  ];
}

/** `default` and `latest` share the ref refs/lateen/latest: two targets on one ledger would hold each other back. */
function targetName(name: string, hasTags: boolean, names: readonly string[]): CrossProblem[] {
  const problem = (message: string): CrossProblem[] => [{ path: ["promote", "targets", name], message }];
  if (name === "attempts" || name === "rollout") return problem(`cannot be a name: refs/lateen/${name} is in use`);
  if (hasTags && (name === "default" || name === "latest"))
    return problem("is what promote.tags names already; give one of them");
  return name === "latest" && names.includes("default")
    ? problem("has the same ledger as the target default; give one of them")
    : [];
}
