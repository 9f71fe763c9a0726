import { type ImageRef, isTag, parseDuration, plainText } from "@lateen/kernel";
import type { RetagInput } from "@lateen/registry";
import { type Arguments } from "../../command-line/arguments.ts";
import { usageError } from "../../config/errors.ts";

/** The arguments of `retag`. @throws ReleaseError `USAGE`, or that of a malformed reference */
export function readRetag(args: Arguments, parse: (text: string) => ImageRef): RetagInput {
  const [, first = "", ...rest] = args.positionals;
  const source = parse(first);
  if (source.tag === undefined && source.digest === undefined)
    throw usageError(
      `${plainText(first, 80)} has neither tag nor digest`,
      "write host/repository:tag or host/repository@sha256:…",
    );
  const targets = rest.map((text) => {
    if (isTag(text) && !text.includes("/")) return text;
    const target = parse(text);
    if (target.tag === undefined) throw usageError(`${plainText(text, 80)} has no tag`, "write host/repository:tag");
    if (target.digest !== undefined)
      throw usageError(`${plainText(text, 80)} has a digest; a tag is what moves`, "write host/repository:tag");
    return target;
  });
  const settle = args.text("settle");
  return {
    source,
    targets,
    referrers: args.has("referrers"),
    ...(settle === undefined ? {} : { settleMs: parseDuration(settle) }),
  };
}
