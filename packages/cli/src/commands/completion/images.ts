import { candidateTag } from "../../config/tag-template.ts";
import type { Candidate } from "./candidate.ts";
import { clonedCommits } from "./commits.ts";
import type { CompletionContext } from "./context.ts";

/** The configured repositories, and behind the colon of one of them its promoted tags and the candidates of the clone. */
export async function offerImages(context: CompletionContext, typed: string): Promise<readonly Candidate[]> {
  const repositories = await configuredRepositories(context);
  const open = repositories.find((repository) => typed.startsWith(`${repository}:`));
  if (open === undefined)
    return repositories.map((repository) => ({ value: `${repository}:`, about: "an image of the configuration" }));
  return (await knownTags(context)).map(({ value, about }) => ({ value: `${open}:${value}`, about }));
}

/** The second and later arguments of `retag`: tags next to the source, or whole references. */
export async function offerTags(context: CompletionContext, typed: string): Promise<readonly Candidate[]> {
  if (/[/:]/.test(typed)) return await offerImages(context, typed);
  const [tags, repositories] = await Promise.all([knownTags(context), offerImages(context, "")]);
  return [...tags, ...repositories];
}

async function configuredRepositories({ settings }: CompletionContext): Promise<readonly string[]> {
  return ((await settings())?.config.release?.images ?? []).map(({ repository }) => repository);
}

async function knownTags(context: CompletionContext): Promise<readonly Candidate[]> {
  const { release, promote } = (await context.settings())?.config ?? {};
  const promoted = new Set((promote?.targets ?? []).flatMap(({ tags }) => tags));
  const candidates = release === undefined ? [] : await clonedCommits(context);
  return [
    ...[...promoted].map((value) => ({ value, about: "promoted" })),
    ...candidates.map(({ value, about }) => ({ value: candidateTag(release?.candidate ?? "", value), about })),
  ];
}
