import type { CheckContext } from "./check.ts";

type Place = "slug" | "sha" | "tag" | "wave";

/** Fills `{slug}`, `{sha}`, `{tag}` and `{wave}` in; `escape` makes a value safe for its place. */
export function fill(
  template: string,
  context: Pick<CheckContext, Place>,
  escape: (value: string) => string = (value) => value,
): string {
  return template.replaceAll(/\{(slug|sha|tag|wave)\}/g, (whole, name: Place) => {
    const value = context[name];
    return value === undefined ? whole : escape(value);
  });
}

/** True if one of the templates names the tenant, so that the check runs once for each. */
export function namesTenant(templates: readonly string[]): boolean {
  return templates.some((template) => template.includes("{slug}"));
}
