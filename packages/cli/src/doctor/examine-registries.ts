import { asReleaseError, type CommitSha, type ImageRef, parseImageRef, type Repository } from "@lateen/kernel";
import type { Manifest, Registries } from "@lateen/registry";
import type { Config } from "../config/config.ts";
import { candidateTag, type Job } from "../job.ts";
import { type Examination, failed, type Finding, well } from "./finding.ts";
import type { Trunk } from "./trunk.ts";

/** A repository of images, and the tags that are promoted there. */
interface Destination {
  readonly image: ImageRef;
  readonly tags: readonly string[];
  /** Whether an image without a revision may be overwritten. */
  readonly allowUnlabelled: boolean;
}

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
    // What keeps it from being read is told by whoever reads the promoted tags, and here where there are none.
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
  return { findings: [{ check, verdict: "warning", fact, fix }] };
}

/** Where the ledger does not know what a tag names, its revision alone tells whether a move is forward. */
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
      return [{ check, verdict: "warning", fact, fix }];
    }),
  );
  return found.flat();
}

async function lookAtPush(
  job: Job,
  registries: Registries,
  { image, tags }: Destination,
  manifest: Manifest | undefined,
): Promise<Finding> {
  const check = `image ${image.repository}`;
  if (manifest === undefined)
    return {
      check,
      verdict: "warning",
      fact: `it can be read and has neither ${tags.join(", ")} nor a candidate: there is nothing to try pushing with`,
      fix: "let CI push a candidate, then run this again",
    };
  const push = await registries.preflight(image.repository, manifest, tags, job.signal).catch((thrown: unknown) => {
    const error = asReleaseError(thrown);
    if (error.category === "interrupted") throw thrown;
    return error;
  });
  if (push instanceof Error) return failed(check, push);
  if (push.kind === "stop")
    return {
      check,
      verdict: push.outcome === "unknown" ? "trouble" : "gap",
      fact: push.reason,
      fix: "let the credentials push, and the tags be moved",
    };
  const { permission, mutability } = push.value;
  if (permission !== "proven")
    return {
      check,
      verdict: "warning",
      fact: "pushing could not be tried without an effect",
      fix: "let CI push a candidate into this repository, then run this again",
    };
  const movable =
    mutability === "mutable"
      ? `${tags.join(", ")} may be moved`
      : `whether ${tags.join(", ")} may be moved cannot be asked of this registry`;
  return well(check, `pushing is allowed${identityOf(image)}; ${movable}`);
}

/** Account and region are part of an ECR host. Source: docs.aws.amazon.com, "Amazon ECR private registry". */
function identityOf({ host = "" }: ImageRef): string {
  const [, account, region] = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([\w-]+)\./.exec(host) ?? [];
  return account === undefined ? "" : ` in account ${account}, region ${region}`;
}

function refOf(image: ImageRef, tag: string): ImageRef {
  return parseImageRef(`${image.repository}:${tag}`);
}
