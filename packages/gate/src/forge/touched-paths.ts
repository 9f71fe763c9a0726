/** A file that a commit changed, in the words that both forges use. */
export interface TouchedFile {
  readonly filename: string;
  readonly previous_filename?: string | undefined;
}

/** The paths of changed files, both names of a rename. */
export function touchedPaths(files: readonly TouchedFile[]): readonly string[] {
  return [
    ...new Set(files.flatMap(({ filename, previous_filename: before }) => (before ? [filename, before] : [filename]))),
  ];
}
