import { basename, dirname, join } from "node:path";
import { isRecord, tryJson } from "../../config/layers.ts";
import { checkedOut } from "../../config/version.ts";
import type { Host } from "../../host.ts";
import { readIfThere } from "../../io/files.ts";
import type { WorkflowOptions } from "./write-workflow.ts";
import { cliError } from "../../config/errors.ts";

/** Version of a source checkout; no registry has it. */
const unpublished = "0.0.0";

/**
 * Reference of a workflow to this very program, so that no one else can change what runs: from a checkout the action by commit, else the
 * published package by version and integrity, as the package manager recorded it.
 * @throws ReleaseError `INIT_UNPINNED` if neither is known
 */
export function programReference(host: Pick<Host, "version" | "home" | "files">): WorkflowOptions["run"] {
  const { home, files } = host;
  const version = host.version();
  const action = home === undefined ? undefined : actionAt(home, files);
  if (action !== undefined) return { action };
  const integrity = version === unpublished || home === undefined ? undefined : integrityOf(home, version, files);
  if (integrity !== undefined) return { version, integrity };
  throw cliError("INIT_UNPINNED", "input", {
    message: `the workflow cannot name this lateen (version ${version}) so that nothing else can run in its place; nothing was written`,
    why:
      version === unpublished
        ? `version ${unpublished} was never published`
        : "no lockfile around it has its integrity",
    fix: "run init of a published version that npm or pnpm installed: npx @lateen/cli@VERSION init",
  });
}

/** The action of the repository that this package is a folder of, at the commit that is checked out. */
function actionAt(home: string, files: Host["files"]): string | undefined {
  const root = join(home, "../..");
  if (!files.exists(join(root, ".git")) || !files.exists(join(root, "action.yml"))) return undefined;
  const commit = checkedOut(root, files);
  const manifest = json(join(home, "package.json"), files);
  const repository = isRecord(manifest["repository"]) ? String(manifest["repository"]["url"]) : "";
  const [, name] = /github\.com\/([\w.-]+\/[\w-]+)(?:\.git)?$/.exec(repository) ?? [];
  return commit === undefined || name === undefined ? undefined : `${name}@${commit}`;
}

/** `sha512-…` of what is installed. Sources: docs.npmjs.com, "package-lock.json", hidden lockfiles; pnpm.io, `node_modules/.pnpm/lock.yaml`. */
function integrityOf(home: string, version: string, files: Host["files"]): string | undefined {
  const modules = dirname(dirname(home));
  const npm = json(join(modules, ".package-lock.json"), files)["packages"];
  const entry = isRecord(npm) ? npm["node_modules/@lateen/cli"] : undefined;
  if (isRecord(entry) && entry["version"] === version) return asIntegrity(entry["integrity"]);
  const store = [modules, dirname(modules), dirname(dirname(modules))].find((path) => basename(path) === ".pnpm");
  const lock = store === undefined ? "" : (readIfThere(files, join(store, "lock.yaml")) ?? "");
  const quoted = `'@lateen/cli@${version}':\n`;
  const at = lock.indexOf(quoted);
  const [, integrity] =
    /^\s+resolution: \{integrity: ([^,}\s]+)/.exec(at < 0 ? "" : lock.slice(at + quoted.length)) ?? [];
  return asIntegrity(integrity);
}

function asIntegrity(value: unknown): string | undefined {
  return typeof value === "string" && /^sha512-[A-Za-z0-9+/]{86}==$/.test(value) ? value : undefined;
}

function json(path: string, files: Host["files"]): Record<string, unknown> {
  const value = tryJson(readIfThere(files, path) ?? "");
  return isRecord(value) ? value : {};
}
