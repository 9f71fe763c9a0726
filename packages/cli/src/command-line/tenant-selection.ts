import { type NonEmpty, parseSlug, type Slug } from "@lateen/kernel";
import { type Arguments, type Options } from "./arguments.ts";
import { usageError } from "../config/errors.ts";

/** The option that selects tenants. */
export const onlyOption: Options = {
  only: { value: "SLUGS", multiple: true, about: "only these tenants, separated by commas" },
};

/** The tenants of `--only`. @throws ReleaseError `USAGE` for an empty list: many servers read it as the whole fleet */
export function parseOnly(args: Arguments): NonEmpty<Slug> | undefined {
  if (!args.has("only")) return undefined;
  const names = args
    .all("only")
    .flatMap((text) => text.split(","))
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const [first, ...rest] = [...new Set(names)].map(parseSlug);
  if (first === undefined)
    throw usageError(
      "--only names no tenant",
      "name at least one, such as --only canary-a,acme; without --only the whole fleet is meant",
    );
  return [first, ...rest];
}
