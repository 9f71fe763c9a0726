import type { TargetConfig } from "../../config/config.ts";

/** The tags of a promotion target, and its name where it was given one. */
export function describeTarget({ name, tags }: Pick<TargetConfig, "name" | "tags">): string {
  const list = tags.join(", ");
  return name === "default" ? list : `${list} (${name})`;
}
