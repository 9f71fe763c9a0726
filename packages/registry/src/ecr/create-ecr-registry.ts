import {
  asReleaseError,
  createHttp,
  type Digest,
  found,
  ignoreEvents,
  isLoopback,
  mapReading,
  type ImageRef,
  parseImageRef,
  type Reading,
  secret,
  systemClock,
  unknown,
} from "@lateen/kernel";
import type { AdapterOptions, RegistryAdapter } from "../model/adapter.ts";
import { collectTags } from "../model/collect-tags.ts";
import { addressOf } from "../model/entry.ts";
import { registryError } from "../errors.ts";
import type { Credentials } from "../oci/auth/credentials.ts";
import { createOciRegistry } from "../oci/index.ts";
import { createRateLimit } from "../oci/transport/rate-limit.ts";
import { createContentMemory, remembering } from "../model/content-memory.ts";
import { readDetails } from "../model/read-details.ts";
import type { Manifest } from "../model/registry.ts";
import { revisionOf } from "../model/revision.ts";
import { connectToAllowed } from "../http/connect-to-allowed.ts";
import { senderOf } from "../http/sender.ts";
import { lookUp } from "../oci/transport/refuse-internal-address.ts";
import { createEcrCalls, type EcrCallsOptions } from "./ecr-calls.ts";
import { isUnknownOperation, ecrError } from "./ecr-errors.ts";
import { type EcrHost, parseEcrHost } from "./ecr-host.ts";
import { checkTags, preflight, type TagPorts } from "./preflight.ts";
import { putImage } from "./put-image.ts";
import { createBatchReader } from "./read-batch.ts";
import { collectConfig, downloadConfig } from "./read-config.ts";
import { readRetention } from "./read-retention.ts";
import { type RetryContext, retryByPolicy } from "../oci/transport/retry-by-policy.ts";

/**
 * A private ECR registry over its JSON API: two calls for a verified retag and one for a tag that is right already. Blobs travel
 * over its `/v2/` API, for which it gives out a password.
 *
 * With `entry.endpoint` both APIs are asked there. Keys come from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
 * `AWS_SESSION_TOKEN` of `env`, else from wherever the SDK finds some.
 * Keys from elsewhere are not looked for where `entry.endpoint` is on this machine.
 * @throws ReleaseError `REGISTRY_ENTRY_INVALID` if the host names neither account nor region, `REGISTRY_INSECURE` for an
 * endpoint on another machine over plain http
 */
export function createEcrRegistry(options: AdapterOptions): RegistryAdapter {
  const { host, entry = {}, env = {}, clock = systemClock, report = ignoreEvents } = options;
  const place = placeOf(host, env);
  const { base } = addressOf(host, entry);
  const isLocal = entry.endpoint !== undefined && isLoopback(base.host);
  const http = createHttp({ send: options.send ?? senderOf(entry, env), clock });
  // The API gives the address of a config: where its name leads is judged at the connection, as for a redirect of a registry.
  const resolveNames = connectToAllowed(base, options.lookup ?? lookUp);
  const storage = createHttp({ send: options.send ?? senderOf(entry, env, resolveNames), clock });
  const calls = createEcrCalls({ ...place, endpoint: entry.endpoint, isLocal, keys: keysOf(env), http, clock });
  const context = { clock, rateLimit: createRateLimit(host, clock, report) };
  const retried = <T>(what: string, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> =>
    withRetry(call, what, true, context, signal);

  // One password for all repositories of the account; a copy that asks for several of them at once logs in once.
  let loggingIn: Promise<Credentials | undefined> | undefined;
  const login = async (): Promise<Credentials | undefined> => {
    loggingIn ??= retried(`GetAuthorizationToken ${host}`, undefined, () => calls.login())
      .then((held): Credentials | undefined => (held === undefined ? undefined : { kind: "password", ...held }))
      .finally(() => (loggingIn = undefined));
    return await loggingIn;
  };
  const twin = createOciRegistry({ ...options, entry: { ...entry, kind: "oci" }, credentials: login });

  const memory = options.memory ?? createContentMemory(clock);
  const read = createBatchReader((repository, ids, signal) =>
    retried(`BatchGetImage ${host}/${repository}`, signal, () => calls.batchGetImage(repository, ids, signal)),
  );
  const manifest = async (ref: ImageRef, signal?: AbortSignal): Promise<Reading<Manifest>> => {
    const reading = await read(ref, signal);
    if (reading.kind === "found") memory.keep(ref.repository, reading.value);
    return reading;
  };
  const resolve = async (ref: ImageRef, signal?: AbortSignal) =>
    mapReading(await manifest(ref, signal), ({ digest, mediaType, size }) => ({ digest, mediaType, size }));

  async function config(ref: ImageRef, digest: Digest, signal?: AbortSignal): Promise<Reading<Uint8Array>> {
    try {
      const ask = () =>
        calls
          .downloadUrl(ref.path, digest, signal)
          .catch((error: unknown) => (isUnknownOperation(error) ? undefined : Promise.reject(error)));
      const url = await retried(`GetDownloadUrlForLayer ${host}/${ref.path}`, signal, ask);
      if (url !== undefined) {
        const fetched = () => downloadConfig(storage, url, digest, isLocal, signal);
        return found(await retried(`the storage behind ${host}`, signal, fetched));
      }
      return found(await collectConfig(await twin.content.open(ref, { digest }, signal), digest, ref.repository));
    } catch (error) {
      return unknown(asReleaseError(error));
    }
  }

  const details = (ref: ImageRef, signal?: AbortSignal) =>
    readDetails(
      {
        manifest: remembering(memory, manifest),
        config: (of, digest, late) => memory.config(digest, () => config(of, digest, late)),
      },
      ref,
      signal,
    );
  const send = (path: string, image: Manifest, tag: string | undefined, signal?: AbortSignal) =>
    withRetry(() => calls.putImage(path, image, tag, signal), `PutImage ${host}/${path}`, false, context, signal);

  const tagPorts = (path: string): TagPorts => ({
    clock,
    resolve,
    mutability: (signal) =>
      retried(`DescribeRepositories ${host}/${path}`, signal, () => calls.describeMutability(path, signal)),
  });

  return {
    resolve,
    manifest,
    details,
    revision: async (ref, signal) => revisionOf(ref, await details(ref, signal)),
    async put(repository, image, tag, signal, before) {
      const ref = { ...parseImageRef(repository), tag };
      return await putImage({
        manifest: image,
        before,
        send: () => send(ref.path, image, tag, signal),
        look: () => resolve(ref, signal),
      });
    },
    async preflight(repository, image, tags, signal) {
      const { path } = parseImageRef(repository);
      const putUntagged = () => send(path, image, undefined, signal);
      return await preflight(repository, path, image, tags, { ...tagPorts(path), putUntagged }, signal);
    },
    async checkTags(repository, digest, tags, signal) {
      const { path } = parseImageRef(repository);
      return await checkTags(repository, path, digest, tags, tagPorts(path), signal);
    },
    async listTags(repository, most, signal) {
      const { path } = parseImageRef(repository);
      const where = `ListImages ${host}/${path}`;
      const page = (next: string | undefined) => retried(where, signal, () => calls.listTags(path, most, next, signal));
      return await collectTags(page, most);
    },
    async retention(repository, image, signal) {
      const { path } = parseImageRef(repository);
      const policy = () =>
        retried(`GetLifecyclePolicy ${host}/${path}`, signal, () => calls.lifecyclePolicy(path, signal));
      return await readRetention(policy, repository, image);
    },
    copy: (source, target, signal) => twin.copy(source, target, signal),
    content: twin.content,
  };
}

function placeOf(host: string, env: Readonly<Record<string, string | undefined>>): EcrHost {
  const place = parseEcrHost(host);
  if (place !== undefined) return place;
  const region = env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  const account = /^(\d{12})\b/.exec(host)?.[1];
  if (account !== undefined && region !== undefined) return { account, region };
  throw registryError("REGISTRY_ENTRY_INVALID", "input", {
    message: `${host} names no account and region of Amazon ECR`,
    fix: "write the registry as 123456789012.dkr.ecr.us-east-2.amazonaws.com; an emulator's address belongs into `endpoint`",
  });
}

function keysOf(env: Readonly<Record<string, string | undefined>>): EcrCallsOptions["keys"] {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_SESSION_TOKEN: session } = env;
  // Empty is unset: a workflow that has no such secret sets the variable all the same.
  if (!id || !key) return undefined;
  return { id, secret: secret(key), session: session ? secret(session) : undefined };
}

/**
 * Calls `attempt` by the retry policy of this package; its errors become ReleaseErrors.
 *
 * @param repeatable - Whether the call changes nothing; a write is repeated only after a refusal that proves that it did not happen.
 * @throws ReleaseError of the last try
 */
async function withRetry<T>(
  attempt: () => Promise<T>,
  where: string,
  repeatable: boolean,
  context: Omit<RetryContext, "toError">,
  signal: AbortSignal | undefined,
): Promise<T> {
  const toError = (thrown: unknown) => ecrError(thrown, where, context.clock.now());
  return await retryByPolicy(attempt, { repeatable }, { ...context, toError }, signal);
}
