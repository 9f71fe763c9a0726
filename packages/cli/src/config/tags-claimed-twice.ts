import { parseImageRef } from "@lateen/kernel";
import { isRecord } from "./layers.ts";
import { formatKey } from "./problem.ts";

type Path = readonly PropertyKey[];

/** Two keys that both claim one tag of one repository; found on the plain values. */
export interface TwiceClaimed {
  readonly path: Path;
  readonly message: string;
}

/** A value of a list and where it is. */
interface Listed {
  readonly text: string;
  readonly path: Path;
}

interface Claim {
  readonly tag: Listed;
  readonly image: Listed;
}

/**
 * Tags of repositories that are named twice, by two promotion targets or by one: two ledgers would pull one tag to and fro.
 *
 * Each clash is reported at both of its places.
 */
export function tagsClaimedTwice(config: Record<string, unknown>): readonly TwiceClaimed[] {
  const claims = new Map<string, Claim>();
  const problems = new Map<string, TwiceClaimed>();
  let read = 0;
  for (const claim of claimsOf(config)) {
    if (++read > mostClaims)
      return [{ path: ["promote"], message: `names more than ${mostClaims} tags of repositories` }];
    const name = `${repositoryOf(claim.image.text)}:${claim.tag.text}`;
    const first = claims.get(name);
    if (first === undefined) claims.set(name, claim);
    else for (const problem of clash(name, first, claim)) problems.set(formatKey(problem.path), problem);
  }
  return [...problems.values()];
}

/** If the tags differ in place they are what clashes; else one list of images names a repository twice. */
function clash(name: string, first: Claim, second: Claim): readonly TwiceClaimed[] {
  const key = formatKey(first.tag.path) === formatKey(second.tag.path) ? "image" : "tag";
  const [one, other] = [first[key].path, second[key].path];
  const claimed = (by: Path): string => `${name} is claimed by ${formatKey(by)} too; every tag follows one ledger`;
  return [
    { path: one, message: claimed(other) },
    { path: other, message: claimed(one) },
  ];
}

/** Tags times repositories of all targets: a ledger takes 100 × 1,000 of one. */
const mostClaims = 100_000;

/** One at a time, since there are as many as the product of two lists. */
function* claimsOf({ promote, release }: Record<string, unknown>): Generator<Claim> {
  if (!isRecord(promote)) return;
  const common = isRecord(release) ? listed(release["images"], ["release", "images"]) : [];
  const named = isRecord(promote["targets"]) ? Object.entries(promote["targets"]) : [];
  const targets = named.map(([name, own]) => {
    const path = ["promote", "targets", name];
    const { tags, images } = isRecord(own) ? own : {};
    return {
      tags: listed(tags, [...path, "tags"]),
      images: images === undefined ? common : listed(images, [...path, "images"]),
    };
  });
  const plain = { tags: listed(promote["tags"], ["promote", "tags"]), images: common };
  for (const { tags, images } of [plain, ...targets])
    for (const image of images) for (const tag of tags) yield { tag, image };
}

function listed(value: unknown, path: Path): readonly Listed[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((text: unknown, at) => (typeof text === "string" ? [{ text, path: [...path, at] }] : []));
}

/** The full name of a reference; one that cannot be read is reported elsewhere. */
function repositoryOf(text: string): string {
  try {
    return parseImageRef(text).repository;
  } catch {
    return text;
  }
}
