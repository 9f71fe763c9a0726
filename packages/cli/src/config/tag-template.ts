/** Template of the tag that every promoted digest gets for itself, `promote.pin`. */
export const defaultPin = "release-{sha12}";

/** The image tag of a commit by the template `release.candidate` or `promote.pin`. */
export function candidateTag(template: string, sha: string): string {
  return template
    .replaceAll("{sha12}", sha.slice(0, 12))
    .replaceAll("{sha7}", sha.slice(0, 7))
    .replaceAll("{sha}", sha);
}

/** The tags of all commits by a template, as rules of registries write them: `release-*`. */
export function tagPattern(template: string): string {
  return template.replaceAll(/\{sha\d*\}/g, "*");
}
