import type { NonEmpty, Slug } from "@lateen/kernel";

/** One customer's deployment, as a control plane enumerates it. */
export interface Tenant {
  readonly slug: Slug;
  /** Name of the control plane that owns it. */
  readonly plane: string;
  /** Labels that rings select by. */
  readonly tags?: readonly string[];
}

/** Narrows a list: an empty selection must never reach a control plane that reads it as the whole fleet. */
export function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0;
}
