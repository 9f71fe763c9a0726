import { isReleaseError, plainText, type ReleaseError } from "@lateen/kernel";
import { registryError, type RegistryErrorCode } from "../errors.ts";
import { readRetryAfter } from "../oci/transport/read-retry-after.ts";

/** Meaning of an exception of ECR for us. */
export interface EcrMeaning {
  readonly code: RegistryErrorCode;
  readonly category: ReleaseError["category"];
  readonly retryable?: boolean;
  readonly fix: string;
}

const login = "renew the AWS credentials of this job and look which identity it has: aws sts get-caller-identity";
const permission =
  "allow the identity ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, ecr:DescribeRepositories and ecr:PutImage on this repository";
const kms = "allow the identity the KMS key of this repository";
const later = "run again later; the service limits or lacks capacity";
const content = "push the image and everything that its index lists to this repository first";

/**
 * Every exception that the calls made here can raise.
 *
 * Sources: Amazon ECR API Reference, "PutImage", "BatchGetImage", "ListImages", "GetDownloadUrlForLayer", "DescribeRepositories",
 * "GetLifecyclePolicy" (Errors) and
 * "Common Errors"; a throttled call is not carried out, so it may be sent again.
 */
export const ecrErrorTable: Readonly<Record<string, EcrMeaning>> = {
  AccessDeniedException: { code: "REGISTRY_DENIED", category: "auth", fix: permission },
  UnrecognizedClientException: { code: "REGISTRY_UNAUTHORIZED", category: "auth", fix: login },
  InvalidSignatureException: { code: "REGISTRY_UNAUTHORIZED", category: "auth", fix: login },
  IncompleteSignatureException: { code: "REGISTRY_UNAUTHORIZED", category: "auth", fix: login },
  MissingAuthenticationTokenException: { code: "REGISTRY_UNAUTHORIZED", category: "auth", fix: login },
  ExpiredTokenException: { code: "REGISTRY_TOKEN_EXPIRED", category: "auth", fix: login },
  ExpiredToken: { code: "REGISTRY_TOKEN_EXPIRED", category: "auth", fix: login },
  InvalidClientTokenId: { code: "REGISTRY_UNAUTHORIZED", category: "auth", fix: login },
  SignatureDoesNotMatch: { code: "REGISTRY_UNAUTHORIZED", category: "auth", fix: login },
  RequestTimeTooSkewed: { code: "REGISTRY_UNAUTHORIZED", category: "auth", fix: login },
  RequestExpired: { code: "REGISTRY_UNAUTHORIZED", category: "auth", fix: login },
  OptInRequired: { code: "REGISTRY_DENIED", category: "auth", fix: "enable the region for this account" },
  CredentialsProviderError: {
    code: "REGISTRY_UNAUTHORIZED",
    category: "auth",
    fix: "give the job AWS credentials: a role, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  },
  ThrottlingException: { code: "REGISTRY_RATE_LIMITED", category: "unavailable", retryable: true, fix: later },
  TooManyRequestsException: { code: "REGISTRY_RATE_LIMITED", category: "unavailable", retryable: true, fix: later },
  RequestLimitExceeded: { code: "REGISTRY_RATE_LIMITED", category: "unavailable", retryable: true, fix: later },
  ServerException: { code: "REGISTRY_UNAVAILABLE", category: "unavailable", retryable: true, fix: later },
  InternalFailure: { code: "REGISTRY_UNAVAILABLE", category: "unavailable", retryable: true, fix: later },
  InternalServerError: { code: "REGISTRY_UNAVAILABLE", category: "unavailable", retryable: true, fix: later },
  ServiceUnavailable: { code: "REGISTRY_UNAVAILABLE", category: "unavailable", retryable: true, fix: later },
  RepositoryNotFoundException: {
    code: "REGISTRY_NOT_FOUND",
    category: "state",
    fix: "create the repository, or correct account, region and name",
  },
  LayersNotFoundException: { code: "REGISTRY_CONTENT_MISSING", category: "state", fix: content },
  LayerInaccessibleException: { code: "REGISTRY_CONTENT_MISSING", category: "state", fix: content },
  ReferencedImagesNotFoundException: { code: "REGISTRY_CONTENT_MISSING", category: "state", fix: content },
  ImageArchivedException: {
    code: "REGISTRY_CONTENT_MISSING",
    category: "state",
    fix: "restore the image from the archive storage class",
  },
  ImageDigestDoesNotMatchException: {
    code: "MANIFEST_DIGEST_MISMATCH",
    category: "unavailable",
    retryable: false,
    fix: "a proxy in between changes the bytes; look at it",
  },
  ImageTagAlreadyExistsException: {
    code: "REGISTRY_TAG_IMMUTABLE",
    category: "state",
    fix: "exempt the tag: set the repository to IMMUTABLE_WITH_EXCLUSION with a filter for it",
  },
  LimitExceededException: {
    code: "REGISTRY_REQUEST_REFUSED",
    category: "state",
    fix: "remove old tags; an image has at most 1,000, a repository 100,000 images",
  },
  KmsException: { code: "REGISTRY_DENIED", category: "auth", fix: kms },
  BlockedByOrganizationPolicyException: {
    code: "REGISTRY_DENIED",
    category: "auth",
    fix: "an organization policy forbids this call; ask its owner",
  },
};

/**
 * Meaning of a code in `failures[]` of a 200; `ImageNotFound` is absence and not among them.
 *
 * Source: Amazon ECR API Reference, "ImageFailure". Codes that the table lacks are trouble that may pass.
 */
const failureTable: Readonly<Record<string, EcrMeaning>> = {
  KmsError: { code: "REGISTRY_DENIED", category: "auth", fix: kms },
  UpstreamAccessDenied: {
    code: "REGISTRY_DENIED",
    category: "auth",
    fix: "correct the credentials of the pull through cache rule",
  },
  UpstreamTooManyRequests: { code: "REGISTRY_RATE_LIMITED", category: "unavailable", fix: later },
  ImageInaccessible: {
    code: "REGISTRY_CONTENT_MISSING",
    category: "state",
    fix: "restore the image from the archive storage class",
  },
};

export function meaningOfFailure(failureCode: string | undefined): EcrMeaning {
  const known = Object.hasOwn(failureTable, failureCode ?? "") ? failureTable[failureCode ?? ""] : undefined;
  const fix = "look at the failure code in the API reference of BatchGetImage, then run again";
  return known ?? { code: "REGISTRY_UNAVAILABLE", category: "unavailable", fix };
}

/** An exception of the SDK as a ReleaseError; names that the table lacks are judged by the HTTP status. */
export function ecrError(thrown: unknown, where: string, now: number): ReleaseError {
  const inner = findReleaseError(thrown);
  if (inner !== undefined) return inner;
  const name = exceptionName(thrown);
  const text = thrown instanceof Error ? harmless(thrown.message) : "no text";
  const known = Object.hasOwn(ecrErrorTable, name) ? ecrErrorTable[name] : undefined;
  const { code, category, retryable, fix } = known ?? meaningOf(statusOf(thrown), /(?:Exception|Fault)$/.test(name));
  return registryError(code, category, {
    message: `ECR answered ${plainText(name, 80)}: ${text}`,
    why: where,
    fix: isClock(name, text) ? "set the clock of this machine; signatures hold for five minutes" : fix,
    retryable,
    retryAfterMs: retryAfterOf(thrown, now),
    cause: bareCause(name, text),
  });
}

/**
 * The text of an exception without what it quotes: one that does not like a signature repeats the whole signed request, the
 * session token included.
 */
function harmless(message: string): string {
  const [own = ""] = message.split(/The Canonical String|The String-to-Sign|Deserialization error/);
  const hidden = own
    .replace(/\b((?:x-amz-security-token|authorization|credential|signature)["']?\s*[:=]\s*).+/gi, "$1…")
    .replace(/(?<!sha(?:256|512):)(?<!\w)[A-Za-z0-9+/=_-]{100,}/g, "…");
  return plainText(hidden.trim(), 300);
}

/** The SDK's own error holds the answer and may hold the request; only its name is needed. */
function bareCause(name: string, text: string): Error {
  const cause = new Error(text);
  cause.name = plainText(name, 80);
  return cause;
}

function isClock(name: string, text: string): boolean {
  return (
    /^(?:RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)/.test(name) ||
    /Signature (?:expired|not yet current)/i.test(text)
  );
}

/** `Retry-After` of the answer behind an exception in milliseconds. */
function retryAfterOf(thrown: unknown, now: number): number | undefined {
  const headers = (thrown as { $response?: { headers?: Record<string, unknown> } } | undefined)?.$response?.headers;
  const header = headers?.["retry-after"];
  return typeof header === "string" ? readRetryAfter(header, "", now) : undefined;
}

/** The name of an exception, such as `ImageAlreadyExistsException`. */
export function exceptionName(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : "UnknownError";
}

/** True if the endpoint does not know the operation; emulators lack some. */
export function isUnknownOperation(thrown: unknown): boolean {
  return (
    /^(?:UnknownOperation|NotImplemented|InvalidAction|NotFoundException$)/.test(exceptionName(thrown)) ||
    [404, 405, 501].includes(statusOf(thrown) ?? 0)
  );
}

/** A status alone is judged only where ECR itself speaks; a page in its place says nothing about the image. */
function meaningOf(status: number | undefined, hasName: boolean): EcrMeaning {
  if (status === 401 || status === 403) return { code: "REGISTRY_DENIED", category: "auth", fix: permission };
  if (status === 429) return { code: "REGISTRY_RATE_LIMITED", category: "unavailable", fix: later };
  if (status !== undefined && status >= 400 && status < 500 && hasName) {
    return { code: "REGISTRY_REQUEST_REFUSED", category: "state", fix: "look at the text of the service above" };
  }
  return {
    code: "REGISTRY_UNAVAILABLE",
    category: "unavailable",
    fix: "check the endpoint and the network, then run again",
  };
}

function statusOf(thrown: unknown): number | undefined {
  const { $metadata, $response } = (thrown ?? {}) as {
    $metadata?: { httpStatusCode?: unknown };
    $response?: { statusCode?: unknown };
  };
  // Of an answer that is no JSON, older versions of the SDK keep the response alone.
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  return typeof status === "number" ? status : undefined;
}

function findReleaseError(thrown: unknown): ReleaseError | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 4; error = error.cause, depth++) {
    if (isReleaseError(error)) return error;
  }
  return undefined;
}
