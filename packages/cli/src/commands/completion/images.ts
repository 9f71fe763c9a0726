import { parseImageRef, type Repository } from "@lateen/kernel";
import { candidateTag } from "../../job/job.ts";
import { arrangeTags } from "./arrange-tags.ts";
import type { Candidate } from "./candidate.ts";
import { knownCommits } from "./commits.ts";
import type { Inquiry } from "./inquiry.ts";

/** Tags that are read of one repository: a few pages, which a second has room for. */
const mostTags = 5_000;

/** The configured repositories, and behind the colon of any repository its tags. */
export async function offerImages(inquiry: Inquiry, typed: string): Promise<readonly Candidate[]> {
  const repository = repositoryOf(typed);
  if (repository === undefined) return await offerRepositories(inquiry);
  return (await knownTags(inquiry, repository)).map(({ value, about }) => ({ value: `${repository}:${value}`, about }));
}

/** The second and later arguments of `retag`: tags beside the source, or whole references. */
export async function offerTags(inquiry: Inquiry, source: string, typed: string): Promise<readonly Candidate[]> {
  if (/[/:]/.test(typed)) return await offerImages(inquiry, typed);
  const repository = repositoryOf(source) ?? repositoryOf(source.replace(/@.*$/, ":"));
  const [tags, repositories] = await Promise.all([
    repository === undefined ? [] : knownTags(inquiry, repository),
    offerRepositories(inquiry),
  ]);
  return [...tags, ...repositories];
}

async function offerRepositories(inquiry: Inquiry): Promise<readonly Candidate[]> {
  const images = (await inquiry.settings())?.config.release?.images ?? [];
  return images.map(({ repository }) => ({ value: `${repository}:`, about: "a repository of the release" }));
}

/** The repository in front of a tag's colon; undefined before there is one, and for a digest. */
function repositoryOf(typed: string): Repository | undefined {
  const colon = typed.indexOf(":", typed.lastIndexOf("/") + 1);
  if (colon < 0 || typed.includes("@")) return undefined;
  try {
    const ref = parseImageRef(typed.slice(0, colon));
    return ref.host === undefined ? undefined : ref.repository;
  } catch {
    return undefined;
  }
}

async function knownTags(inquiry: Inquiry, repository: Repository): Promise<readonly Candidate[]> {
  const { release, promote } = (await inquiry.settings())?.config ?? {};
  const isOurs = release?.images.some((image) => image.repository === repository) === true;
  const promoted = isOurs ? (promote?.targets.flatMap(({ tags }) => tags) ?? []) : [];
  const [listed, commits] = await Promise.all([listTags(inquiry, repository), isOurs ? knownCommits(inquiry) : []]);
  const template = release?.candidate ?? "";
  const candidates = commits.map(({ value, about }) => ({ value: candidateTag(template, value), about }));
  return arrangeTags({ listed: listed.map(({ value }) => value), promoted, candidates });
}

async function listTags(inquiry: Inquiry, repository: Repository): Promise<readonly Candidate[]> {
  return await inquiry.live(`tags ${repository}`, async (wiring, signal) => {
    const reading = await (await wiring.registries()).listTags?.(repository, mostTags, signal);
    return reading?.kind === "found" ? reading.value.tags.map((value) => ({ value, about: "" })) : undefined;
  });
}
