/** Something that can be read from a forge. */
export type Subject =
  | { readonly kind: "branch"; readonly name: string }
  | { readonly kind: "commit"; readonly sha: string }
  | { readonly kind: "compare"; readonly base: string; readonly head: string }
  | { readonly kind: "checks"; readonly sha: string }
  | { readonly kind: "runs"; readonly sha: string; readonly file: string }
  | { readonly kind: "file"; readonly path: string; readonly sha: string }
  | { readonly kind: "variable"; readonly name: string };

/** Says where something is read, for evidence. */
export interface Places {
  /** The address of the API call, without any secret. */
  urlOf(subject: Subject): string;
}
