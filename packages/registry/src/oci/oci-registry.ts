import { ignoreEvents, parseImageRef, systemClock } from "@lateen/kernel";
import type { AdapterOptions, RegistryAdapter } from "../model/adapter.ts";
import { addressOf } from "../model/entry.ts";
import { createContentMemory, knownConfig, remembering } from "../model/content-memory.ts";
import { readDetails } from "../model/read-details.ts";
import { revisionOf } from "../model/revision.ts";
import { connectToAllowed } from "../http/connect-to-allowed.ts";
import { senderOf } from "../http/sender.ts";
import { lookUp } from "./transport/refuse-internal-address.ts";
import { findCredentials } from "./auth/credentials.ts";
import { createContent } from "./api/content.ts";
import { createExchange } from "./transport/exchange.ts";
import { listTags } from "./api/list-tags.ts";
import { preflight } from "./api/preflight.ts";
import { put } from "./api/put.ts";
import { putTags } from "./api/put-tags.ts";
import { readConfig } from "./api/read-blob.ts";
import { readBytes, resolve } from "./api/read.ts";
import { copyImage } from "../copy/image.ts";

/**
 * Makes the adapter for one registry host over the OCI distribution protocol.
 *
 * @throws ReleaseError `REGISTRY_INSECURE`, `REGISTRY_ENTRY_INVALID`
 * @example
 * ```ts
 * const registry = createOciRegistry({ host: "ghcr.io" });
 * const reading = await registry.resolve(parseImageRef("ghcr.io/acme/platform:latest"));
 * ```
 */
export function createOciRegistry(options: AdapterOptions): RegistryAdapter {
  const { host, entry = {}, clock = systemClock, report = ignoreEvents, env = {} } = options;
  const anonymous = async (): Promise<undefined> => await Promise.resolve(undefined);
  const address = addressOf(host, options.entry);
  const resolveNames = connectToAllowed(address.base, options.lookup ?? lookUp);
  const exchange = createExchange({
    host,
    address,
    send: options.send ?? senderOf(entry, env, resolveNames),
    clock,
    report,
    lookup: options.lookup,
    credentials: (repository) => findCredentials(host, repository, entry, options.credentials ?? anonymous),
  });
  const several = { inOneRequest: undefined };
  const content = createContent(exchange);
  const memory = options.memory ?? createContentMemory(clock);
  const manifest: RegistryAdapter["manifest"] = async (ref, signal) => {
    const reading = await readBytes(exchange, ref, signal);
    if (reading.kind === "found") memory.keep(ref.repository, reading.value);
    return reading;
  };
  const details: RegistryAdapter["details"] = (ref, signal) =>
    readDetails(
      {
        manifest: remembering(memory, manifest),
        config: (of, digest, late) => memory.config(digest, () => readConfig(exchange, of, digest, late)),
      },
      ref,
      signal,
    );
  const from = { manifest: remembering(memory, manifest), content };
  const write: RegistryAdapter["put"] = (repository, bytes, tag, signal, before) =>
    put(exchange, clock, { repository, manifest: bytes, tag, before }, signal);
  return {
    content,
    manifest,
    details,
    resolve: (ref, signal) => resolve(exchange, ref, signal),
    revision: async (ref, signal) => revisionOf(ref, await details(ref, signal)),
    put: write,
    putTags: (repository, bytes, tags, signal, before) =>
      putTags(exchange, clock, several, { repository, manifest: bytes, tags, before: before ?? new Map() }, signal),
    preflight: (repository, bytes, tags, signal) =>
      preflight(
        exchange,
        clock,
        { repository, manifest: bytes, tags, config: knownConfig(repository, bytes.digest, memory) },
        signal,
      ),
    copy: (source, target, signal) => copyImage({ source, target, from, into: content }, { clock, report }, signal),
    copyWithReferrers: (source, target, signal) =>
      copyImage(
        { source, target, from, into: content, referrersInto: { manifest, put: write } },
        { clock, report },
        signal,
      ),
    checkCopy: (source, target, signal) =>
      copyImage({ source, target, from, into: content, dryRun: true }, { clock, report }, signal),
    listTags: (repository, most, signal) => listTags(exchange, repository, most, signal),
    expectWrites: (repository) => exchange.expectWrites(parseImageRef(repository).path),
  };
}
