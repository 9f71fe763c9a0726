import { parseImageRef } from "@lateen/kernel";

/** Registries that a text can be searched for without taking every path for an image. */
const hosts = String.raw`(?:ghcr\.io|docker\.io|quay\.io|registry\.[\w.-]+\.[a-z]+|\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com)`;
const part = "[a-z0-9][a-z0-9._-]*";
const imageName = new RegExp(String.raw`\b${hosts}/${part}(?:/${part})+`, "g");

/** Lines that name what a job runs in, or runs, and not what it builds. */
const used = /^\s*-?\s*(?:image|container|uses|FROM)\s*:?\s/;

/** Repositories of images that workflows push; where some belong to the project's owner, only those. */
export function findImages(texts: readonly string[], repository: string | undefined): readonly string[] {
  const [owner = ""] = (repository ?? "").toLowerCase().split("/");
  const found = texts.flatMap((text) =>
    filledIn(text, repository)
      .split("\n")
      .filter((line) => !used.test(line))
      .flatMap((line) => [...line.matchAll(imageName)].map(([image]) => image.replace(/[._-]+$/, ""))),
  );
  const all = [...new Set(found)].filter(isImage);
  const own = all.filter((image) => owner !== "" && image.split("/")[1] === owner);
  return own.length > 0 ? own : all;
}

/** True for a reference that names its registry. */
export function isImage(text: string): boolean {
  try {
    return parseImageRef(text).host !== undefined;
  } catch {
    return false;
  }
}

/** Names of images are lower case, whatever the owner's is. */
function filledIn(text: string, repository: string | undefined): string {
  if (repository === undefined) return text;
  const [owner = ""] = repository.split("/");
  return text
    .replaceAll(/\$\{\{\s*github\.repository\s*\}\}/g, repository.toLowerCase())
    .replaceAll(/\$\{\{\s*github\.repository_owner\s*\}\}/g, owner.toLowerCase());
}
