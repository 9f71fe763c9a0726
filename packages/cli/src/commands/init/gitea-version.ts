/** True if a version of Gitea such as `1.22.6` or `v1.26.0+dev` has the features of `1.minor`; an unknown one has not. */
export function supportsSince(version: string | undefined, minor: number): boolean {
  const [, major = 0, ours = 0] = (/^v?(\d+)\.(\d+)/.exec(version ?? "") ?? []).map(Number);
  return major > 1 || (major === 1 && ours >= minor);
}

/** Gitea before 1.23 refuses a whole file in which `workflow_dispatch` has inputs. */
export function hasInputs(version: string | undefined): boolean {
  return supportsSince(version, 23);
}
