import { plainText } from "@lateen/kernel";

/** Id of the workflow run that a check of GitHub Actions links to. */
export function runIdOf(url: string): number | undefined {
  const id = /\/actions\/runs\/(\d{1,15})(?:\/|$|[?#])/.exec(url)?.[1];
  return id === undefined ? undefined : Number(id);
}

/** A page for people; `""` where the address is none. */
export function pageOf(url: string): string {
  return /^https?:\/\//.test(url) ? plainText(url, 300) : "";
}
