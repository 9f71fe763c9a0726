import { dirname, join } from "node:path";
import { readYaml } from "../config/document.ts";
import { isRecord } from "../config/layers.ts";
import type { Files } from "../io/files.ts";

/** What a folder tells about the project in it. */
export interface Detected {
  /** Root of the git repository, else the folder itself. */
  readonly root: string;
  readonly kind: "github" | "gitea" | undefined;
  readonly url: string | undefined;
  readonly repository: string | undefined;
  readonly workflows: readonly DetectedWorkflow[];
  /** Repositories of images that workflows name. */
  readonly images: readonly string[];
}

/** A workflow file. */
export interface DetectedWorkflow {
  readonly file: string;
  readonly name: string;
  readonly jobs: readonly string[];
}

/** Looks at git's configuration and at the workflows; asks no server. */
export function detectProject(folder: string, files: Files): Detected {
  const root = findRoot(folder, files);
  const remote = readRemote(root, files);
  const isGitea = files.exists(join(root, ".gitea"));
  const places = [join(root, ".gitea/workflows"), join(root, ".github/workflows")];
  const texts = places.flatMap((place) =>
    files
      .list(place)
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => ({ name, text: files.read(join(place, name)) })),
  );
  return {
    root,
    kind: isGitea
      ? "gitea"
      : remote?.url === "https://github.com" || files.exists(join(root, ".github"))
        ? "github"
        : undefined,
    url: remote?.url,
    repository: remote?.repository,
    workflows: texts.flatMap(({ name, text }) => readWorkflow(name, text)),
    images: [...new Set(texts.flatMap(({ text }) => findImages(text)))],
  };
}

function findRoot(folder: string, files: Files): string {
  for (let here = folder; ; here = dirname(here)) {
    if (files.exists(join(here, ".git"))) return here;
    if (dirname(here) === here) return folder;
  }
}

/** The first remote address, `https://host/owner/name.git`, `ssh://git@host/owner/name` or `git@host:owner/name`. */
function readRemote(root: string, files: Files): { readonly url: string; readonly repository: string } | undefined {
  const path = join(root, ".git/config");
  if (!files.exists(path)) return undefined;
  const [, address = ""] = /^\s*url\s*=\s*(\S+)/m.exec(files.read(path)) ?? [];
  const [, host, repository] =
    /^(?:[a-z]+:\/\/)?(?:[^@/]+@)?([\w.-]+)(?::\d+)?[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(address) ?? [];
  return host === undefined || repository === undefined ? undefined : { url: `https://${host}`, repository };
}

function readWorkflow(file: string, text: string): DetectedWorkflow[] {
  try {
    const { value } = readYaml(file, text);
    if (!isRecord(value)) return [];
    const name = typeof value["name"] === "string" ? value["name"] : file;
    const jobs = isRecord(value["jobs"])
      ? Object.entries(value["jobs"]).map(([id, job]) =>
          isRecord(job) && typeof job["name"] === "string" ? job["name"] : id,
        )
      : [];
    return [{ file, name, jobs }];
  } catch {
    // A workflow that cannot be read is the forge's business.
    return [];
  }
}

function findImages(text: string): readonly string[] {
  const hosts = String.raw`(?:ghcr\.io|docker\.io|quay\.io|registry\.[\w.-]+\.[a-z]+|\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com)`;
  return [...text.matchAll(new RegExp(String.raw`\b${hosts}/[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)+`, "g"))].map(
    ([image]) => image.replace(/[.-]+$/, ""),
  );
}
