import {
  type Clock,
  go,
  ignoreEvents,
  type ImageRef,
  parseImageRef,
  type Reporter,
  type Repository,
  type Sender,
  systemClock,
  unknown,
} from "@lateen/kernel";
import type { AdapterOptions, RegistryAdapter } from "./model/adapter.ts";
import { copyImage } from "./copy/image.ts";
import { parseEcrHost } from "./ecr/ecr-host.ts";
import type { RegistryEntry } from "./model/entry.ts";
import { registryError } from "./errors.ts";
import type { RegistryEvent } from "./events.ts";
import { createDockerCredentials } from "./oci/auth/docker-credentials.ts";
import { createOciRegistry } from "./oci/oci-registry.ts";
import type { ImageReader, Registry, RegistryTalents } from "./model/registry.ts";
import { hostMissing } from "./retag/targets.ts";

/** All registries as one: the host of a reference picks the adapter. */
export interface Registries extends Registry, RegistryTalents, ImageReader {}

/** What {@link openRegistries} works with; everything has a default. */
export interface OpenRegistriesOptions {
  /** Configuration by host (`name[:port]`). @default {} */
  readonly registries?: Readonly<Record<string, RegistryEntry>>;
  /**
   * The environment: docker's configuration (`DOCKER_CONFIG`, `REGISTRY_AUTH_FILE`, `XDG_RUNTIME_DIR`, `HOME`), proxies, `PATH` for
   * credential helpers, `AWS_…`. @default {} (no ambient credentials)
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default events are dropped */
  readonly report?: Reporter<RegistryEvent>;
  /** @default undici, one pool per host */
  readonly send?: Sender;
}

/**
 * Makes one object for all registries. Adapters are made when a host is first used; the one for ECR, and undici, are loaded only then.
 *
 * @throws ReleaseError from its methods: `REGISTRY_HOST_MISSING`, `REGISTRY_INSECURE`, `REGISTRY_ENTRY_INVALID`
 */
export function openRegistries(options: OpenRegistriesOptions = {}): Registries {
  const { clock = systemClock, report = ignoreEvents } = options;
  const adapters = new Map<string, Promise<RegistryAdapter>>();
  const writes = new Set<Repository>();
  const ambient = createDockerCredentials(options.env ?? {}, clock);

  const open = (host: string): Promise<RegistryAdapter> => {
    const known = adapters.get(host) ?? openAdapter(host, options, ambient);
    adapters.set(host, known);
    return known;
  };
  const byHost = async (ref: ImageRef): Promise<RegistryAdapter> => {
    if (ref.host === undefined) throw hostMissing(ref.repository);
    const adapter = await open(ref.host);
    for (const repository of writes)
      if (parseImageRef(repository).host === ref.host) adapter.expectWrites?.(repository);
    return adapter;
  };
  const byRepository = (repository: Repository) => byHost(parseImageRef(repository));

  return {
    resolve: async (ref, signal) => await (await byHost(ref)).resolve(ref, signal),
    manifest: async (ref, signal) => await (await byHost(ref)).manifest(ref, signal),
    revision: async (ref, signal) => await (await byHost(ref)).revision(ref, signal),
    details: async (ref, signal) => await (await byHost(ref)).details(ref, signal),
    put: async (repository, manifest, tag, signal, before) =>
      await (await byRepository(repository)).put(repository, manifest, tag, signal, before),
    async putTags(repository, manifest, tags, signal, before) {
      const adapter = await byRepository(repository);
      if (adapter.putTags !== undefined) return await adapter.putTags(repository, manifest, tags, signal, before);
      return await Promise.all(tags.map((tag) => adapter.put(repository, manifest, tag, signal, before?.get(tag))));
    },
    preflight: async (repository, manifest, tags, signal) =>
      await (await byRepository(repository)).preflight(repository, manifest, tags, signal),
    async checkTags(repository, digest, tags, signal) {
      const adapter = await byRepository(repository);
      return (await adapter.checkTags?.(repository, digest, tags, signal)) ?? go("unknown", []);
    },
    async copy(source, target, signal) {
      const [from, into] = await Promise.all([byHost(source), byRepository(target)]);
      if (from === into) return await from.copy(source, target, signal);
      return await copyImage({ source, target, from, into: into.content }, { clock, report }, signal);
    },
    async copyWithReferrers(source, target, signal) {
      const [from, into] = await Promise.all([byHost(source), byRepository(target)]);
      return await copyImage(
        { source, target, from, into: into.content, referrersInto: into },
        { clock, report },
        signal,
      );
    },
    async checkCopy(source, target, signal) {
      const [from, into] = await Promise.all([byHost(source), byRepository(target)]);
      return await copyImage({ source, target, from, into: into.content, dryRun: true }, { clock, report }, signal);
    },
    async listTags(repository, most, signal) {
      const { listTags } = await byRepository(repository);
      return listTags === undefined ? unknown(noListing(repository)) : await listTags(repository, most, signal);
    },
    expectWrites: (repository) => void writes.add(repository),
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
  credentials: AdapterOptions["credentials"],
): Promise<RegistryAdapter> {
  const { registries = {}, env, clock, report, send } = options;
  const entry = Object.hasOwn(registries, host) ? registries[host] : undefined;
  const made: AdapterOptions = {
    host,
    ...(entry === undefined ? {} : { entry }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(env === undefined ? {} : { env }),
    ...(clock === undefined ? {} : { clock }),
    ...(report === undefined ? {} : { report }),
    ...(send === undefined ? {} : { send }),
  };
  if ((entry?.kind ?? (parseEcrHost(host) === undefined ? "oci" : "ecr")) === "oci") return createOciRegistry(made);
  const { createEcrRegistry } = await import("./ecr/index.ts");
  return createEcrRegistry(made);
}
