/** Major and minor version of a text such as `1.22.6` or `v1.26.0+dev`; undefined if it has none. */
export function versionOf(text: string): readonly [major: number, minor: number] | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

/** True if a version of Gitea such as `1.22.6` or `v1.26.0+dev` has the features of `1.minor`; an unknown one has not. */
export function supportsSince(version: string | undefined, minor: number): boolean {
  const [major, ours] = versionOf(version ?? "") ?? [0, 0];
  return major > 1 || (major === 1 && ours >= minor);
}

/** Gitea before 1.23 refuses a whole file in which `workflow_dispatch` has inputs. */
export function hasInputs(version: string | undefined): boolean {
  return supportsSince(version, 23);
}
