import type { ReleaseError } from "@lateen/kernel";
import type { RegistryErrorCode } from "../../errors.ts";

/** One meaning of an unsuccessful answer; the first row that fits counts. */
export interface AnswerRow {
  /** A status, or all from this one on where `andAbove`. */
  readonly status: number;
  readonly andAbove?: boolean;
  /** If the status alone is ambiguous: a regular expression that the body has to match, in any case. */
  readonly body?: string;
  /** Only for a request that writes this. */
  readonly writes?: "manifest" | "blob";
  /** Only if the registry has accepted the credentials before, so that "log in" would be no help. */
  readonly identified?: true;
  /** Only for this registry. */
  readonly host?: string;
  readonly code: RegistryErrorCode;
  readonly category: ReleaseError["category"];
  /** True if the same read may be sent again. A tag is never written again on this alone. */
  readonly retryable: boolean;
  /** True if a write with this answer surely did not happen. */
  readonly notApplied: boolean;
  readonly says: string;
  readonly fix: string;
  readonly source: string;
}

const spec = "OCI distribution-spec, Error Codes";
const permission = "ask the owner of the repository to grant this account the right";

const missing = "copy the image into the repository first";
const quota = String.raw`quota|storage limit|out of space|no space left|"Err": ?28\b`;
const full = {
  code: "REGISTRY_REQUEST_REFUSED",
  category: "state",
  retryable: false,
  notApplied: true,
  says: "the quota of the project or account, or the registry's storage, is used up",
  fix: "delete old images or raise the quota, then run again",
} as const;
const frozenTag = "immutab";
const immutable = {
  code: "REGISTRY_TAG_IMMUTABLE",
  category: "state",
  retryable: false,
  notApplied: true,
  says: "the tag is immutable",
  fix: "exclude the moving tag from the immutability rule",
} as const;
const notTaken = {
  writes: "manifest",
  code: "REGISTRY_REQUEST_REFUSED",
  category: "state",
  retryable: false,
  notApplied: true,
  says: "the registry does not take this manifest",
  fix: "see the registry's words; layers that a vendor keeps have to be allowed in its configuration",
} as const;
/** An upload that cannot go on, so that another one has to be begun; sending the same request again would be in vain. */
const uploadLost = {
  writes: "blob",
  code: "REGISTRY_UNAVAILABLE",
  category: "unavailable",
  retryable: true,
  notApplied: false,
  fix: "run again; if several registries answer at this address, give them one storage and the same http.secret",
} as const;

/** The meaning of every unsuccessful answer of a registry. `says` may name `{repository}` and `{action}` (pull from, push to). */
export const answerTable: readonly AnswerRow[] = [
  {
    status: 400,
    body: "authorization token has expired",
    code: "REGISTRY_TOKEN_EXPIRED",
    category: "auth",
    retryable: false,
    notApplied: true,
    says: "the token has expired",
    fix: "log in again",
    source: "aws/containers-roadmap#2835 (public.ecr.aws answers 400)",
  },
  {
    status: 403,
    body: "authorization token has expired|token (?:has |is )?expired",
    code: "REGISTRY_TOKEN_EXPIRED",
    category: "auth",
    retryable: false,
    notApplied: true,
    says: "the token has expired",
    fix: "log in again",
    source: "flipt-io/flipt#3043 (ECR answers 403)",
  },
  {
    status: 403,
    body: "secondary rate limit|rate limit exceeded|too ?many ?requests|abuse detection",
    code: "REGISTRY_RATE_LIMITED",
    category: "unavailable",
    retryable: true,
    notApplied: true,
    says: "too many requests",
    fix: "wait a few minutes, or run fewer jobs at once",
    source: "markrussinovich/refchecker#67 (GHCR answers 403 to a secondary rate limit)",
  },
  {
    status: 401,
    identified: true,
    code: "REGISTRY_DENIED",
    category: "auth",
    retryable: false,
    notApplied: true,
    says: "the login is valid, but the account may not {action} {repository}",
    fix: permission,
    source: "SUSE/Portus#1736; Gitea answers 401 reqPackageAccess for a missing push right",
  },
  {
    status: 401,
    code: "REGISTRY_UNAUTHORIZED",
    category: "auth",
    retryable: false,
    notApplied: true,
    says: "valid credentials are wanted",
    fix: "log in to this registry, or give its user and password in the configuration",
    source: spec,
  },
  { status: 403, body: quota, ...full, source: "goharbor/harbor, project quotas" },
  { status: 403, body: frozenTag, ...immutable, source: "docker/hub-feedback#2466 (Docker Hub answers 403)" },
  {
    status: 403,
    host: "ghcr.io",
    code: "REGISTRY_DENIED",
    category: "auth",
    retryable: false,
    notApplied: true,
    says: "the account may not {action} {repository}",
    fix: "give the job packages: write, and the repository access under the package's Manage Actions access",
    source: "docker/build-push-action#463",
  },
  {
    status: 403,
    body: String.raw`protected`,
    code: "REGISTRY_DENIED",
    category: "auth",
    retryable: false,
    notApplied: true,
    says: "the tag or repository is protected, and this account may not {action} {repository}",
    fix: "allow the account in the protection rule, or exempt the tag from it",
    source: "docs.gitlab.com, protected container tags",
  },
  {
    status: 403,
    code: "REGISTRY_DENIED",
    category: "auth",
    retryable: false,
    notApplied: true,
    says: "the account may not {action} {repository}",
    fix: permission,
    source: spec,
  },
  {
    status: 404,
    body: String.raw`^\s*(?:<|404 page not found)`,
    code: "REGISTRY_UNAVAILABLE",
    category: "unavailable",
    retryable: false,
    notApplied: true,
    says: "a web server answers instead of a registry",
    fix: "check that the address is that of a registry",
    source: spec,
  },
  {
    status: 404,
    writes: "manifest",
    body: "BLOB_UNKNOWN|MANIFEST_UNKNOWN",
    code: "REGISTRY_CONTENT_MISSING",
    category: "state",
    retryable: false,
    notApplied: true,
    says: "content that the manifest lists is not in {repository}",
    fix: missing,
    source: "OCI distribution-spec, Pushing Manifests: 404 if a listed blob or manifest does not exist",
  },
  {
    status: 404,
    body: "BLOB_UPLOAD_UNKNOWN",
    ...uploadLost,
    says: "the registry has lost the upload",
    source: spec,
  },
  {
    status: 404,
    code: "REGISTRY_NOT_FOUND",
    category: "state",
    retryable: false,
    notApplied: true,
    says: "there is no such repository or content",
    fix: "check the name",
    source: spec,
  },
  {
    status: 400,
    writes: "manifest",
    body: "BLOB_UNKNOWN|MANIFEST_UNKNOWN|unknown (?:blob|manifest|subject)|subject (?:is |was )?(?:unknown|not found)",
    code: "REGISTRY_CONTENT_MISSING",
    category: "state",
    retryable: false,
    notApplied: true,
    says: "content that the manifest lists is not in {repository}",
    fix: missing,
    source: spec,
  },
  {
    status: 400,
    body: "DIGEST_INVALID",
    ...uploadLost,
    code: "BLOB_DIGEST_MISMATCH",
    category: "state",
    says: "the registry got other bytes than were sent, or does not take such digests",
    fix: "run again; if it stays, the registry takes sha256 only, or something in between changes what is sent",
    source: spec,
  },
  {
    status: 400,
    body: "BLOB_UPLOAD_INVALID|SIZE_INVALID",
    ...uploadLost,
    says: "the upload has become invalid",
    source: spec,
  },
  {
    status: 416,
    ...uploadLost,
    says: "the registry has lost a part of the upload",
    source: "OCI distribution-spec, Pushing a blob in chunks",
  },
  {
    status: 400,
    body: frozenTag,
    ...immutable,
    source: "goharbor/harbor, tag immutability rules",
  },
  { status: 400, body: "MANIFEST_INVALID", ...notTaken, source: spec },
  {
    status: 402,
    code: "REGISTRY_REQUEST_REFUSED",
    category: "state",
    retryable: false,
    notApplied: true,
    says: "the account's plan does not allow it to {action} {repository}",
    fix: "see the account's plan and payment at the registry",
    source: "RFC 9110 §15.5.3",
  },
  {
    status: 405,
    code: "REGISTRY_REQUEST_REFUSED",
    category: "state",
    retryable: false,
    notApplied: true,
    says: "the registry does not allow this here",
    fix: "use the registry itself if this is a pull-through cache; see whether it is read-only, or the repository locked",
    source: "oras-project/oras-go#323 (a cache), distribution/distribution#1718 (read-only), aka.ms/acr/faq (locked)",
  },
  {
    status: 409,
    body: `${frozenTag}|cannot be overwritten`,
    ...immutable,
    source: "goharbor/harbor, tag immutability rules (412 and 409)",
  },
  {
    status: 412,
    body: frozenTag,
    ...immutable,
    source: "goharbor/harbor, tag immutability rules (412 and 409)",
  },
  { status: 412, body: quota, ...full, source: "goharbor/harbor, project quotas" },
  {
    status: 408,
    code: "REGISTRY_UNAVAILABLE",
    category: "unavailable",
    retryable: true,
    notApplied: false,
    says: "the registry waited too long for the request",
    fix: "run again",
    source: "RFC 9110 §15.5.9",
  },
  { status: 413, body: quota, ...full, source: "a quota of registries that take 413 for it" },
  {
    status: 413,
    writes: "blob",
    code: "REGISTRY_TOO_LARGE",
    category: "state",
    retryable: false,
    notApplied: true,
    says: "a layer is larger than the registry, or a proxy in front of it, takes in one request",
    fix: "raise the limit of the proxy (nginx: client_max_body_size), or use an address that does not pass through it",
    source: "developers.cloudflare.com (100 MB per request); nginx.org, client_max_body_size (1 MB by default)",
  },
  {
    status: 413,
    code: "REGISTRY_TOO_LARGE",
    category: "state",
    retryable: false,
    notApplied: true,
    says: "the manifest is larger than the registry takes",
    fix: "build an image with fewer platforms or annotations",
    source: "OCI distribution-spec, Pushing Manifests",
  },
  {
    status: 429,
    code: "REGISTRY_RATE_LIMITED",
    category: "unavailable",
    retryable: true,
    notApplied: true,
    says: "too many requests",
    fix: "wait a few minutes, or run fewer jobs at once",
    source: spec,
  },
  {
    status: 501,
    code: "REGISTRY_REQUEST_REFUSED",
    category: "state",
    retryable: false,
    notApplied: true,
    says: "the registry cannot do this",
    fix: "check that the address is that of a registry",
    source: "RFC 9110 §15.6.2",
  },
  { status: 507, ...full, source: "RFC 4918 §11.5: not to be repeated until the user asks for it" },
  { status: 500, body: quota, ...full, source: "distribution answers 500 with the number of the error, 28 for ENOSPC" },
  {
    status: 500,
    body: "MANIFEST_INVALID|MANIFEST_BLOB_UNKNOWN|invalid manifest|invalid URL on layer",
    ...notTaken,
    source: "distribution answers 500 for a layer whose address it does not allow (go-containerregistry#709), ociregistry for content that is missing",
  },
  {
    status: 500,
    andAbove: true,
    code: "REGISTRY_UNAVAILABLE",
    category: "unavailable",
    retryable: true,
    notApplied: false,
    says: "the registry failed",
    fix: "look at the registry's state, then run again",
    source: "RFC 9110 §15.6",
  },
  {
    status: 400,
    andAbove: true,
    code: "REGISTRY_REQUEST_REFUSED",
    category: "state",
    retryable: false,
    notApplied: true,
    says: "the registry refused the request",
    fix: "check the reference and that the address is that of a registry",
    source: "RFC 9110 §15.5",
  },
  {
    status: 0,
    andAbove: true,
    code: "REGISTRY_UNAVAILABLE",
    category: "unavailable",
    retryable: false,
    notApplied: false,
    says: "the registry gave an answer that means nothing here",
    fix: "check that the address is that of a registry",
    source: "RFC 9110 §15",
  },
];
