import type { BatchGetImageCommandOutput, ECRClient, ImageIdentifier } from "@aws-sdk/client-ecr";
import { type Clock, type Digest, type Http, plainText, type Secret, secret } from "@lateen/kernel";
import type { TagPage } from "../model/collect-tags.ts";
import { integrityError, registryError } from "../errors.ts";
import { imageTypes, indexTypes } from "../model/media-types.ts";
import type { Manifest } from "../model/registry.ts";
import type { MutabilitySetting } from "./decide-mutability.ts";
import type { EcrHost } from "./ecr-host.ts";
import { exceptionName } from "./ecr-errors.ts";
import { createPace } from "./pace.ts";
import { createRequestHandler } from "./request-handler.ts";

/** Address and identity with which ECR is called. */
export interface EcrCallsOptions {
  readonly account: string;
  readonly region: string;
  /** Variant of the region's own address to call. @default the plain one */
  readonly variant?: EcrHost["variant"];
  /** Address of the JSON API if it is not the region's own. */
  readonly endpoint: string | undefined;
  /** True if that address is on this machine: an emulator, for which no role of the machine is asked. */
  readonly isLocal: boolean;
  /** Static keys; without them the SDK looks where it always looks: profile, web identity, container, instance. */
  readonly keys: { readonly id: string; readonly secret: Secret; readonly session: Secret | undefined } | undefined;
  readonly http: Http;
  readonly clock: Clock;
}

/** The calls of ECR that lateen makes, each one request; errors are those of the SDK. */
export interface EcrCalls {
  batchGetImage(
    repository: string,
    ids: readonly ImageIdentifier[],
    signal?: AbortSignal,
  ): Promise<BatchGetImageCommandOutput>;
  /** Answers with the digest that the service has stored. Without a tag, no tag is touched. */
  putImage(
    repository: string,
    manifest: Manifest,
    tag: string | undefined,
    signal?: AbortSignal,
  ): Promise<string | undefined>;
  describeMutability(repository: string, signal?: AbortSignal): Promise<MutabilitySetting>;
  /** The text of the repository's lifecycle policy. */
  lifecyclePolicy(repository: string, signal?: AbortSignal): Promise<string | undefined>;
  /** One page of tags, and the token of the next one. */
  listTags(repository: string, most: number, next: string | undefined, signal?: AbortSignal): Promise<TagPage>;
  downloadUrl(repository: string, digest: Digest, signal?: AbortSignal): Promise<string | undefined>;
  /** User and password for the `/v2/` API of the same registry; they last twelve hours. */
  login(signal?: AbortSignal): Promise<{ readonly username: string; readonly password: Secret } | undefined>;
}

/** Source: Amazon ECR API Reference, "ListImages": `maxResults` is at most 1000. */
const mostListed = 1000;

/** Default quota per account and region. Source: docs.aws.amazon.com, "Amazon ECR service quotas", rate of PutImage requests. */
const putImagePerSecond = 10;

/** The calls over `@aws-sdk/client-ecr`, which is loaded with the first of them (62 ms, measured November 2026). */
export function createEcrCalls(options: EcrCallsOptions): EcrCalls {
  let loaded: Promise<{ sdk: typeof import("@aws-sdk/client-ecr"); client: ECRClient }> | undefined;
  const ready = () => (loaded ??= load(options));
  const pace = createPace(putImagePerSecond, options.clock);
  const registryId = options.account;
  return {
    async batchGetImage(repositoryName, imageIds, abortSignal) {
      const { sdk, client } = await ready();
      const input = {
        registryId,
        repositoryName,
        imageIds: [...imageIds],
        acceptedMediaTypes: [...indexTypes, ...imageTypes],
      };
      return await corrected(() => client.send(new sdk.BatchGetImageCommand(input), sendOptions(abortSignal)));
    },
    async putImage(repositoryName, manifest, imageTag, abortSignal) {
      const { sdk, client } = await ready();
      await pace(abortSignal);
      const input = {
        registryId,
        repositoryName,
        imageManifest: exactText(manifest.bytes),
        imageManifestMediaType: manifest.mediaType,
        imageDigest: manifest.digest,
        ...(imageTag === undefined ? {} : { imageTag }),
      };
      const output = await corrected(() => client.send(new sdk.PutImageCommand(input), sendOptions(abortSignal)));
      return output.image?.imageId?.imageDigest;
    },
    async describeMutability(repository, abortSignal) {
      const { sdk, client } = await ready();
      const input = { registryId, repositoryNames: [repository] };
      const output = await corrected(() =>
        client.send(new sdk.DescribeRepositoriesCommand(input), sendOptions(abortSignal)),
      );
      const [found] = output.repositories ?? [];
      const filters = found?.imageTagMutabilityExclusionFilters ?? [];
      return {
        mutability: found?.imageTagMutability,
        exclusions: filters.flatMap(({ filter }) => (filter === undefined ? [] : [filter])),
      };
    },
    async lifecyclePolicy(repositoryName, abortSignal) {
      const { sdk, client } = await ready();
      const input = { registryId, repositoryName };
      const output = await corrected(() =>
        client.send(new sdk.GetLifecyclePolicyCommand(input), sendOptions(abortSignal)),
      );
      return output.lifecyclePolicyText;
    },
    async listTags(repositoryName, most, nextToken, abortSignal) {
      const { sdk, client } = await ready();
      const filter = { tagStatus: "TAGGED" as const };
      const maxResults = Math.min(most, mostListed);
      const input = { registryId, repositoryName, filter, maxResults, ...(nextToken ? { nextToken } : {}) };
      const output = await corrected(() => client.send(new sdk.ListImagesCommand(input), sendOptions(abortSignal)));
      const tags = (output.imageIds ?? []).flatMap(({ imageTag }) => (imageTag === undefined ? [] : [imageTag]));
      return { tags, next: output.nextToken };
    },
    async downloadUrl(repositoryName, layerDigest, abortSignal) {
      const { sdk, client } = await ready();
      const input = { registryId, repositoryName, layerDigest };
      const output = await corrected(() =>
        client.send(new sdk.GetDownloadUrlForLayerCommand(input), sendOptions(abortSignal)),
      );
      return output.downloadUrl;
    },
    async login(abortSignal) {
      const { sdk, client } = await ready();
      const output = await corrected(() =>
        client.send(new sdk.GetAuthorizationTokenCommand({}), sendOptions(abortSignal)),
      );
      const token = output.authorizationData?.[0]?.authorizationToken;
      if (token === undefined) return undefined;
      const [username = "", ...password] = Buffer.from(token, "base64").toString("utf8").split(":");
      return { username: plainText(username, 100), password: secret(password.join(":")) };
    },
  };
}

async function load(
  options: EcrCallsOptions,
): Promise<{ sdk: typeof import("@aws-sdk/client-ecr"); client: ECRClient }> {
  const sdk = await importSdk();
  const { region, endpoint, isLocal, keys, http } = options;
  const credentials =
    keys === undefined
      ? isLocal
        ? noKeys
        : undefined
      : {
          accessKeyId: keys.id,
          secretAccessKey: keys.secret.reveal(),
          ...(keys.session ? { sessionToken: keys.session.reveal() } : {}),
        };
  const client = new sdk.ECRClient({
    region,
    // One try: what may be sent again, and when, is decided by the one retry policy of this package.
    maxAttempts: 1,
    requestHandler: createRequestHandler(http) as never,
    ...(endpoint === undefined ? options.variant : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  return { sdk, client };
}

/** An emulator takes any keys, so that there is no reason to wait for the metadata service of a machine that has none. */
async function noKeys(): Promise<never> {
  throw await Promise.resolve(
    registryError("REGISTRY_UNAUTHORIZED", "auth", {
      message: "there are no AWS keys for the ECR endpoint on this machine",
      why: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; a profile or a role is not used for a local endpoint",
      fix: "set both, to any text if it is an emulator",
    }),
  );
}

/**
 * Sends once more where the clock of this machine was off: the SDK has then taken the time of the answer over. The refused request
 * changed nothing.
 */
async function corrected<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!isSkewRefusal(error)) throw error;
    return await send();
  }
}

function isSkewRefusal(error: unknown): boolean {
  const { $metadata } = (error ?? {}) as { $metadata?: { clockSkewCorrected?: unknown; httpStatusCode?: unknown } };
  return (
    $metadata?.clockSkewCorrected === true &&
    /^(?:InvalidSignature|RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|AuthFailure|SignatureDoesNotMatch)/.test(
      exceptionName(error),
    )
  );
}

function sendOptions(abortSignal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return abortSignal === undefined ? {} : { abortSignal };
}

/** The bytes as the text that JSON carries; bytes that are not UTF-8 would change on the way and are refused. */
function exactText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw integrityError("MANIFEST_UNREADABLE", "a manifest that is not UTF-8 cannot be put", "PutImage", error);
  }
}

async function importSdk(): Promise<typeof import("@aws-sdk/client-ecr")> {
  try {
    return await import("@aws-sdk/client-ecr");
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw registryError("REGISTRY_SDK_MISSING", "input", {
      message: "Amazon ECR needs the package @aws-sdk/client-ecr, which is not installed",
      fix: "npm install @aws-sdk/client-ecr",
      cause,
    });
  }
}
