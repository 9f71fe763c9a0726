import { type CommitSha, type ImageRef, parseImageRef, type Repository } from "@lateen/kernel";
import type { Manifest, Registries } from "@lateen/registry";
import type { Config } from "../../config/config.ts";
import type { Job } from "../../job/job.ts";
import { candidateTag } from "../../config/tag-template.ts";
import { type Examination, failed, type Finding, well, warning } from "./finding.ts";
import type { Trunk } from "./trunk.ts";
import { lookAtRetention } from "./look-at-retention.ts";
import { type Destination, lookAtPush } from "./try-push.ts";

/** Candidate, pull, push and movable tags of every image; nothing becomes visible in the registry. */
export function registryExaminations(job: Job, trunk: Trunk): readonly Examination[] {
  return destinationsOf(job.settings.config).map((destination) => ({
    check: `image ${destination.image.repository}`,
    look: async () => lookAtImage(job, await job.wiring.registries(), destination, trunk),
  }));
}

/** Every repository once, with the tags of all targets that promote it. */
function destinationsOf({ release, promote }: Config): readonly Destination[] {
  const found = new Map<Repository, Destination>();
  const add = (image: ImageRef, tags: readonly string[], allowUnlabelled: boolean): void => {
    const before = found.get(image.repository);
    found.set(image.repository, {
      image,
      tags: [...new Set([...(before?.tags ?? []), ...tags])],
      allowUnlabelled: allowUnlabelled && before?.allowUnlabelled !== false,
    });
  };
  for (const image of release?.images ?? []) add(image, [], true);
  for (const { images, tags, allowUnlabelled } of promote?.targets ?? [])
    for (const image of images ?? release?.images ?? []) add(image, tags, allowUnlabelled);
  return [...found.values()];
}

async function lookAtImage(
  job: Job,
  registries: Registries,
  destination: Destination,
  trunk: Trunk,
): Promise<readonly Finding[]> {
  const { image, tags } = destination;
  const check = `image ${image.repository}`;
  if (tags.length > 0) registries.expectWrites?.(image.repository);
  const candidate = await lookAtCandidate(job, registries, image, trunk);
  const reads = await Promise.all(
    tags.map(async (tag) => ({ tag, reading: await registries.manifest(refOf(image, tag), job.signal) })),
  );
  const unread = reads.find(({ reading }) => reading.kind === "unknown");
  if (unread?.reading.kind === "unknown") return [...candidate.findings, failed(check, unread.reading.cause)];
  const promoted = reads.flatMap(({ tag, reading }) =>
    reading.kind === "found" ? [{ tag, manifest: reading.value }] : [],
  );
  const manifest = promoted[0]?.manifest ?? candidate.manifest;
  return [
    ...candidate.findings,
    ...promoted.map(({ tag, manifest: { digest } }) => well(check, `${tag} is ${digest.slice(0, 19)}…`)),
    ...(await lookAtRevisions(
      job,
      registries,
      destination,
      promoted.map(({ tag }) => tag),
    )),
    ...(tags.length === 0 ? [] : [await lookAtPush(job, registries, destination, manifest)]),
    ...(tags.length === 0 ? [] : await lookAtRetention(job, registries, destination, trunk)),
  ];
}

/** The candidate of the head, or of the newest commit that has one. */
async function lookAtCandidate(
  job: Job,
  registries: Registries,
  image: ImageRef,
  trunk: Trunk,
): Promise<{ readonly findings: readonly Finding[]; readonly manifest?: Manifest }> {
  const { release } = job.settings.config;
  const commits = await trunk.recent();
  const [head] = commits;
  if (release === undefined || head === undefined) return { findings: [] };
  const check = `image ${image.repository}`;
  const tagOf = (sha: CommitSha): string => candidateTag(release.candidate, sha);
  for (const sha of commits.slice(0, 4)) {
    const reading = await registries.manifest(refOf(image, tagOf(sha)), job.signal);
    // An unreadable one is reported by the examination of the promoted tags, and here if there are none.
    if (reading.kind === "unknown")
      return { findings: job.settings.config.promote === undefined ? [failed(check, reading.cause)] : [] };
    if (reading.kind === "absent") continue;
    const where =
      sha === head
        ? `the candidate of the head, ${tagOf(sha)},`
        : `${tagOf(head)}, of the head, is not there yet; ${tagOf(sha)}`;
    return { findings: [well(check, `${where} can be pulled`)], manifest: reading.value };
  }
  const fact = `it has no candidate ${tagOf(head)}, nor one of ${commits.length - 1} earlier commits`;
  const fix = "wait for the build, or correct release.candidate if CI names its tags otherwise";
  return { findings: [warning(check, fact, fix)] };
}

/** If the ledger does not know the digest of a tag, its revision alone says if a move is forward. */
async function lookAtRevisions(
  job: Job,
  registries: Registries,
  { image, allowUnlabelled }: Destination,
  tags: readonly string[],
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    tags.map(async (tag): Promise<readonly Finding[]> => {
      const revision = await registries.revision(refOf(image, tag), job.signal);
      const check = `image ${image.repository}`;
      if (revision.kind === "unknown") return [failed(check, revision.cause)];
      if (revision.kind === "found" || allowUnlabelled) return [];
      const fact = `${tag} does not say which commit it was built from: without a ledger entry the first promotion is refused`;
      const fix = "once: lateen ship --override unlabelled=REASON; or set promote.allowUnlabelled";
      return [warning(check, fact, fix)];
    }),
  );
  return found.flat();
}

function refOf(image: ImageRef, tag: string): ImageRef {
  return parseImageRef(`${image.repository}:${tag}`);
}
