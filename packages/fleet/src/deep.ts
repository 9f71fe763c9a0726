/** Read only in depth: the type of what a schema reads, as everything but its reader sees it. */
export type Deep<T> = T extends string | number | boolean | undefined
  ? T
  : T extends object
    ? { readonly [Key in keyof T]: Deep<T[Key]> }
    : T;
