import type { BatchGetImageCommandOutput, Image, ImageFailure, ImageIdentifier } from "@aws-sdk/client-ecr";
import {
  absent,
  asReleaseError,
  type Digest,
  found,
  type ImageRef,
  interrupted,
  parseDigest,
  plainText,
  type Reading,
  unknown,
} from "@lateen/kernel";
import { integrityError, registryError } from "../errors.ts";
import { digestOf, readManifest } from "../model/manifest-json.ts";
import type { Manifest } from "../model/registry.ts";
import { meaningOfFailure } from "./ecr-errors.ts";

/** Asks for several images of one repository in one request. */
export type ReadImages = (
  repository: string,
  ids: readonly ImageIdentifier[],
  signal?: AbortSignal,
) => Promise<BatchGetImageCommandOutput>;

interface Waiting {
  readonly id: ImageIdentifier;
  readonly signal: AbortSignal | undefined;
  readonly answer: (reading: Reading<Manifest>) => void;
}

/** Source: Amazon ECR API Reference, "BatchGetImage": at most 100 image ids. */
const mostIds = 100;

/**
 * Reads manifests, those of one repository that are asked for in the same turn of the event loop in one `BatchGetImage`: so
 * the source and the present tag of a retag cost one request.
 */
export function createBatchReader(
  readImages: ReadImages,
): (ref: ImageRef, signal?: AbortSignal) => Promise<Reading<Manifest>> {
  const queues = new Map<string, Waiting[]>();

  async function flush(repository: string): Promise<void> {
    const all = queues.get(repository) ?? [];
    queues.delete(repository);
    for (let start = 0; start < all.length; start += mostIds) {
      const part = all.slice(start, start + mostIds);
      await answerAll(repository, part, calledOffByAll(part.map(({ signal }) => signal)));
    }
  }

  async function answerAll(
    repository: string,
    waiting: readonly Waiting[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      const ids = distinct(waiting.map(({ id }) => id));
      const output = await readImages(repository, ids, signal);
      const unanswered = waiting.filter(({ id }) => !isAnswered(output, id, ids.length));
      for (const { id, answer } of waiting) {
        if (isAnswered(output, id, ids.length)) answer(readAnswer(output, id, ids.length, repository));
      }
      // Emulators name an image by its first tag, whatever was asked for: asked one by one, the answer is plain again.
      if (ids.length > 1) await Promise.all(unanswered.map((one) => answerAll(repository, [one], one.signal)));
      else for (const { id, answer } of unanswered) answer(unknown(notAnswered(id, repository)));
    } catch (error) {
      const cause = asReleaseError(error);
      const reading = cause.code === "REGISTRY_NOT_FOUND" ? absent(`${repository}: ${cause.message}`) : unknown(cause);
      for (const { answer } of waiting) answer(reading);
    }
  }

  return (ref, signal) =>
    new Promise((answer) => {
      const id = ref.digest === undefined ? { imageTag: ref.tag ?? "latest" } : { imageDigest: ref.digest };
      // A caller that cancels is answered at once; the request continues for the others.
      const giveUp = () => answer(unknown(interrupted(signal as AbortSignal)));
      if (signal?.aborted === true) return giveUp();
      signal?.addEventListener("abort", giveUp, { once: true });
      const settled = (reading: Reading<Manifest>) => {
        signal?.removeEventListener("abort", giveUp);
        answer(reading);
      };
      const queue = queues.get(ref.path) ?? [];
      queue.push({ id, signal, answer: settled });
      if (queue.length > 1) return;
      queues.set(ref.path, queue);
      setImmediate(() => void flush(ref.path));
    });
}

/** Aborts when the last of `signals` has; never where one caller has none. */
function calledOffByAll(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  if (given.length < signals.length) return undefined;
  const [first] = given;
  if (given.every((signal) => signal === first)) return first;
  const all = new AbortController();
  const check = () => {
    const last = given.find(({ aborted }) => !aborted) === undefined ? first : undefined;
    if (last !== undefined) all.abort(last.reason);
  };
  for (const signal of new Set(given)) signal.addEventListener("abort", check, { once: true });
  check();
  return all.signal;
}

/** Every id once: two callers may ask for the same tag. */
function distinct(ids: readonly ImageIdentifier[]): readonly ImageIdentifier[] {
  return [...new Map(ids.map((id) => [id.imageDigest ?? `:${id.imageTag ?? ""}`, id])).values()];
}

/** The image or the failure for `id`; where one id was asked for and one answer came, that one. */
function findAnswer(
  { images = [], failures = [] }: BatchGetImageCommandOutput,
  id: ImageIdentifier,
  asked: number,
): { readonly image?: Image | undefined; readonly failure?: ImageFailure | undefined } {
  if (asked === 1 && images.length + failures.length === 1) return { image: images[0], failure: failures[0] };
  const image = images.find(({ imageId }) => names(imageId, id));
  return { image, failure: image === undefined ? failures.find(({ imageId }) => names(imageId, id)) : undefined };
}

function isAnswered(output: BatchGetImageCommandOutput, id: ImageIdentifier, asked: number): boolean {
  const { image, failure } = findAnswer(output, id, asked);
  return image !== undefined || failure !== undefined;
}

function readAnswer(
  output: BatchGetImageCommandOutput,
  id: ImageIdentifier,
  asked: number,
  repository: string,
): Reading<Manifest> {
  const { image, failure } = findAnswer(output, id, asked);
  if (image !== undefined) return readImage(image, id, repository);
  return failure === undefined ? unknown(notAnswered(id, repository)) : readFailure(failure, id, repository);
}

function names(answered: ImageIdentifier | undefined, asked: ImageIdentifier): boolean {
  return asked.imageTag === undefined
    ? answered?.imageDigest === asked.imageDigest
    : answered?.imageTag === asked.imageTag;
}

function readImage(image: Image, id: ImageIdentifier, repository: string): Reading<Manifest> {
  try {
    // The text is hashed as it came; trimming or parsing it would change the digest (amazon-ecr-user-guide#51).
    const bytes = new TextEncoder().encode(image.imageManifest ?? "");
    const stated = parseDigest(image.imageId?.imageDigest ?? "");
    const digest = digestOf(bytes, stated);
    if (digest !== stated || (id.imageDigest !== undefined && digest !== id.imageDigest))
      throw mismatch(digest, stated, repository);
    const { mediaType } = readManifest(bytes, image.imageManifestMediaType, repository);
    return found({ digest, mediaType, size: bytes.byteLength, bytes });
  } catch (error) {
    return unknown(asReleaseError(error));
  }
}

function readFailure(failure: ImageFailure, id: ImageIdentifier, repository: string): Reading<Manifest> {
  const name = id.imageTag ?? id.imageDigest ?? "";
  if (failure.failureCode === "ImageNotFound")
    return absent(`ECR has no ${plainText(name, 150)} in ${repository} (ImageNotFound)`);
  const text = `${failure.failureCode ?? "a failure without a code"}: ${failure.failureReason ?? ""}`;
  const { code, category, fix, retryable } = meaningOfFailure(failure.failureCode);
  return unknown(
    registryError(code, category, {
      message: `ECR could not read ${plainText(name, 150)}: ${plainText(text, 200)}`,
      why: `BatchGetImage ${repository}`,
      fix,
      retryable,
    }),
  );
}

function notAnswered(id: ImageIdentifier, repository: string): ReturnType<typeof registryError> {
  return registryError("REGISTRY_UNAVAILABLE", "unavailable", {
    message: `ECR neither answered with ${plainText(id.imageTag ?? id.imageDigest ?? "", 150)} nor said why not`,
    why: `BatchGetImage ${repository}`,
    fix: "run again; if it stays, look at the endpoint that answers in ECR's place",
  });
}

function mismatch(hashed: Digest, stated: Digest, repository: string): Error {
  return integrityError(
    "MANIFEST_DIGEST_MISMATCH",
    `the manifest hashes to ${hashed}, not to ${stated}`,
    `BatchGetImage ${repository}`,
  );
}
