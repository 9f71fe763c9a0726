import {
  type Clock,
  go,
  ignoreEvents,
  isoNow,
  type ImageRef,
  memoize,
  parseImageRef,
  type Reporter,
  type Repository,
  type Sender,
  systemClock,
  unknown,
} from "@lateen/kernel";
import type { AdapterOptions, RegistryAdapter } from "./model/adapter.ts";
import { createContentMemory, remembering } from "./model/content-memory.ts";
import { copyImage, copyReferrersOf } from "./copy/image.ts";
import { parseEcrHost } from "./ecr/ecr-host.ts";
import { canonicalHost, canonicalRef, canonicalRepository } from "./model/canonical-name.ts";
import type { RegistryEntry } from "./model/entry.ts";
import { registryError } from "./errors.ts";
import type { RegistryEvent } from "./events.ts";
import type { CredentialSource } from "./oci/auth/credentials.ts";
import { createDockerCredentials } from "./oci/auth/docker-credentials.ts";
import { createOciRegistry } from "./oci/oci-registry.ts";
import type { ImageReader, Registry, RegistryExtensions } from "./model/registry.ts";
import { hostMissing } from "./retag/targets.ts";

/** All registries as one: the host of a reference picks the adapter. */
export interface Registries extends Registry, RegistryExtensions, ImageReader {}

/** Dependencies of {@link openRegistries}; everything has a default. */
export interface OpenRegistriesOptions {
  /** Configuration by host (`name[:port]`). @default {} */
  readonly registries?: Readonly<Record<string, RegistryEntry>>;
  /**
   * The environment: docker's and podman's credentials (`DOCKER_AUTH_CONFIG`, `DOCKER_CONFIG`,
   * `REGISTRY_AUTH_FILE`, `XDG_RUNTIME_DIR`, `XDG_CONFIG_HOME`, `HOME`), proxies, `PATH` for
   * credential helpers, `AWS_…`. @default {} (no ambient credentials)
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default events are dropped */
  readonly report?: Reporter<RegistryEvent>;
  /** @default undici, one pool per host */
  readonly send?: Sender;
  /** Gets every password and token that docker's files or a credential helper gave, so that the caller can hide it. @default dropped */
  readonly onSecret?: (value: string) => void;
}

/** The same source; `onSecret` gets what it finds. */
function heard(source: CredentialSource, onSecret: OpenRegistriesOptions["onSecret"]): CredentialSource {
  return async (host, repository) => {
    const found = await source(host, repository);
    if (found !== undefined) onSecret?.((found.kind === "password" ? found.password : found.token).reveal());
    return found;
  };
}

/**
 * Makes one object for all registries. Adapters are made when a host is first used; the one for ECR, and undici, are loaded only then.
 *
 * @throws ReleaseError from its methods: `REGISTRY_HOST_MISSING`, `REGISTRY_INSECURE`, `REGISTRY_ENTRY_INVALID`
 */
export function openRegistries(options: OpenRegistriesOptions = {}): Registries {
  const { clock = systemClock, report = ignoreEvents } = options;
  const memory = createContentMemory(clock);
  /** Announced and not yet passed on, by host. */
  const writes = new Map<string, Set<Repository>>();
  const ambient = heard(createDockerCredentials(options.env ?? {}, clock), options.onSecret);

  const open = memoize((host: string) => openAdapter(host, options, { credentials: ambient, memory }));
  /** The reference as its registry knows it, and the adapter of its host. */
  const at = async (named: ImageRef): Promise<{ readonly ref: ImageRef; readonly adapter: RegistryAdapter }> => {
    if (named.host === undefined) throw hostMissing(named.repository);
    const ref = canonicalRef(named);
    const host = canonicalHost(named.host);
    const adapter = await open(host);
    for (const repository of writes.get(host) ?? []) adapter.expectWrites?.(repository);
    writes.delete(host);
    return { ref, adapter };
  };
  const reader =
    <T>(read: (adapter: RegistryAdapter, ref: ImageRef, signal?: AbortSignal) => Promise<T>) =>
    async (named: ImageRef, signal?: AbortSignal): Promise<T> => {
      const { ref, adapter } = await at(named);
      return await read(adapter, ref, signal);
    };
  const into = async (named: Repository) => {
    const { ref, adapter } = await at(parseImageRef(named));
    return { repository: ref.repository, adapter };
  };
  const ports = { clock, report };
  const between = async (named: ImageRef, target: Repository) => {
    const [source, destination] = await Promise.all([at(named), into(target)]);
    const { content } = destination.adapter;
    const from = { manifest: remembering(memory, source.adapter.manifest), content: source.adapter.content };
    return {
      isSame: source.adapter === destination.adapter,
      destination: destination.adapter,
      request: { source: source.ref, target: destination.repository, from, into: content },
    };
  };

  return {
    resolve: reader((adapter, ref, signal) => adapter.resolve(ref, signal)),
    manifest: reader((adapter, ref, signal) => adapter.manifest(ref, signal)),
    revision: reader((adapter, ref, signal) => adapter.revision(ref, signal)),
    details: reader((adapter, ref, signal) => adapter.details(ref, signal)),
    async put(named, manifest, tag, signal, before) {
      const { repository, adapter } = await into(named);
      return await adapter.put(repository, manifest, tag, signal, before);
    },
    async putTags(named, manifest, tags, signal, before) {
      const { repository, adapter } = await into(named);
      if (adapter.putTags !== undefined) return await adapter.putTags(repository, manifest, tags, signal, before);
      return await Promise.all(tags.map((tag) => adapter.put(repository, manifest, tag, signal, before?.get(tag))));
    },
    async preflight(named, manifest, tags, signal) {
      const { repository, adapter } = await into(named);
      return await adapter.preflight(repository, manifest, tags, signal);
    },
    async checkTags(named, digest, tags, signal) {
      const { repository, adapter } = await into(named);
      const checked = await adapter.checkTags?.(repository, digest, tags, signal);
      if (checked !== undefined) return checked;
      const fact = "the registry has no way to ask whether tags may be moved";
      return go("unknown", [{ rule: "write-access", verdict: "unknown", fact, source: repository, at: isoNow(clock) }]);
    },
    async copy(source, target, signal) {
      const { request, isSame, destination } = await between(source, target);
      if (isSame) return await destination.copy(request.source, request.target, signal);
      return await copyImage(request, ports, signal);
    },
    async copyContent(source, target, signal) {
      const { request } = await between(source, target);
      return await copyImage({ ...request, contentOnly: true }, ports, signal);
    },
    async copyWithReferrers(source, target, signal) {
      const { request, destination } = await between(source, target);
      return await copyImage({ ...request, referrersInto: destination }, ports, signal);
    },
    async copyReferrers(source, target, signal) {
      const { request, destination } = await between(source, target);
      return await copyReferrersOf({ ...request, referrersInto: destination }, ports, signal);
    },
    async checkCopy(source, target, signal) {
      const { request } = await between(source, target);
      return await copyImage({ ...request, dryRun: true }, ports, signal);
    },
    async retention(named, image, signal) {
      const { repository, adapter } = await into(named);
      return await adapter.retention?.(repository, image, signal);
    },
    async listTags(named, most, signal) {
      const { repository, adapter } = await into(named);
      if (adapter.listTags === undefined) return unknown(noListing(repository));
      return await adapter.listTags(repository, most, signal);
    },
    expectWrites(named) {
      const repository = canonicalRepository(named);
      const { host = "" } = parseImageRef(repository);
      writes.set(host, (writes.get(host) ?? new Set()).add(repository));
    },
  };
}

function noListing(repository: Repository): ReturnType<typeof registryError> {
  return registryError("REGISTRY_REQUEST_REFUSED", "unavailable", {
    message: `the adapter of ${repository} cannot list tags`,
    fix: "name the tag",
    retryable: false,
  });
}

async function openAdapter(
  host: string,
  options: OpenRegistriesOptions,
  shared: Pick<AdapterOptions, "credentials" | "memory">,
): Promise<RegistryAdapter> {
  const { registries = {}, env, clock, report, send } = options;
  const entry = Object.entries(registries).find(([name]) => canonicalHost(name) === host)?.[1];
  const made: AdapterOptions = { host, entry, ...shared, env, clock, report, send };
  if ((entry?.kind ?? (parseEcrHost(host) === undefined ? "oci" : "ecr")) === "oci") return createOciRegistry(made);
  const { createEcrRegistry } = await import("./ecr/index.ts");
  return createEcrRegistry(made);
}
