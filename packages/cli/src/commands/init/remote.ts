import { dirname, isAbsolute, join, resolve } from "node:path";
import { type Files, readIfThere } from "../../io/files.ts";

/** Forge and name of a repository. */
export interface RemotePlace {
  /** Address of the forge, without user, password and slash at the end. */
  readonly url: string;
  /** `owner/name`. */
  readonly repository: string;
}

/** The remote `origin`, else the first one that names a forge; undefined if git's configuration has none. */
export function readRemote(root: string, files: Files): RemotePlace | undefined {
  const config = gitFile(root, "config", files);
  if (config === undefined) return undefined;
  const sections = [...config.matchAll(/^\s*\[remote "([^"\]]*)"\]\s*$([^[]*)/gm)];
  const remotes = sections.flatMap(([, name, body = ""]) => {
    const [, address = ""] = /^\s*url\s*=\s*(\S+)/m.exec(body) ?? [];
    const place = parseRemoteAddress(address);
    return place === undefined ? [] : [{ name, place }];
  });
  return (remotes.find(({ name }) => name === "origin") ?? remotes[0])?.place;
}

/** The branch that the remote calls its own; undefined if the clone does not say. */
export function readDefaultBranch(root: string, files: Files): string | undefined {
  const remote = gitFile(root, "refs/remotes/origin/HEAD", files) ?? "";
  const [, named] = /^ref: refs\/remotes\/origin\/([\w./-]+)\s*$/.exec(remote) ?? [];
  if (named !== undefined) return named;
  // A branch for some work is no place to ship from.
  const [, current] = /^ref: refs\/heads\/(main|master|trunk)\s*$/.exec(gitFile(root, "HEAD", files) ?? "") ?? [];
  return current;
}

/** `https://host/owner/name.git` with or without a path before it, `ssh://git@host/owner/name`, `git@host:owner/name`. */
export function parseRemoteAddress(address: string): RemotePlace | undefined {
  const text = /^[\w.-]+@[\w.-]+:(?!\/\/)/.test(address) ? `ssh://${address.replace(":", "/")}` : address;
  if (!/^(?:https?|ssh|git):\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, host, hostname, pathname } = new URL(text);
  const [, before = "", repository] = /^(.*)\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(pathname) ?? [];
  if (hostname === "" || repository === undefined) return undefined;
  // The port of ssh is not that of the web; its path has nothing before the repository.
  const isWeb = protocol === "http:" || protocol === "https:";
  return { url: isWeb ? `${protocol}//${host}${before}` : `https://${hostname}`, repository };
}

/** A file of git's; a worktree keeps its own next to, and shares the rest. */
function gitFile(root: string, name: string, files: Files): string | undefined {
  const at = join(root, ".git");
  for (const folder of [at, ...linkedFolders(at, files)]) {
    const text = readIfThere(files, join(folder, name), 1_048_576);
    if (text !== undefined) return text;
  }
  return undefined;
}

function linkedFolders(at: string, files: Files): readonly string[] {
  try {
    const [, link = ""] = /^gitdir: (.+)$/m.exec(files.read(at, 4096)) ?? [];
    const own = isAbsolute(link) ? link : resolve(dirname(at), link);
    return [own, resolve(own, files.read(join(own, "commondir"), 4096).trim())];
  } catch {
    // A folder, as usual.
    return [];
  }
}
