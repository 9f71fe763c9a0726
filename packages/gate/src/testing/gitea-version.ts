/** Minor version of Gitea 1 that a version reports itself, or that a Forgejo is compatible with. */
export function minorOf(version: string): number {
  return Number((/\+gitea-1\.(\d+)/.exec(version) ?? /^v?1\.(\d+)/.exec(version))?.[1] ?? 0);
}
