import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, parseImageRef, secret, type Verdict } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import type { RegistryEntry } from "../model/entry.ts";
import { openRegistries, type OpenRegistriesOptions } from "../open-registries.ts";
import { retag } from "../retag.ts";
import type { RetagReport } from "../retag/report.ts";
import type { LoggedRequest } from "./misbehaviour.ts";
import { seedImage, type SeededImage } from "./seed-image.ts";
import { type FakeRegistry, startRegistry, type StartRegistryOptions } from "./start-registry.ts";

/** Twenty virtual seconds pass in one: deadlines, pauses and lag are real, only shorter. */
export const clock: Clock = createScaledClock({ factor: 20 });

/** Password for pulls and pushes if a registry asks for credentials. */
export const password = "s3cret-robot-password";
export const robot: RegistryEntry = { username: "robot", password: secret(password) };

/** The environment that a retag runs in. */
export type Environment = NonNullable<OpenRegistriesOptions["env"]>;

/** If a proxy is set, undici sends, else Node's own client does; both have to withstand the same servers. */
export const ways: readonly (readonly [string, Environment])[] = [
  ["node:http", {}],
  ["undici", { HTTPS_PROXY: "http://127.0.0.1:9" }],
];

/** A registry whose `staging` is to become its `latest`, for the tests of this package. */
export interface RetagWorld {
  readonly registry: FakeRegistry;
  /** Image that `staging` names, and the one that `latest` names before. */
  readonly image: SeededImage;
  readonly older: SeededImage;
  run(settleMs?: number, options?: OpenRegistriesOptions): Promise<Verdict<RetagReport>>;
}

const closing: (() => Promise<unknown>)[] = [];

/** Starts a {@link RetagWorld}; {@link closeServers} ends it. */
export async function startRetagWorld(env: Environment, options: StartRegistryOptions = {}): Promise<RetagWorld> {
  const registry = await startRegistry(options);
  closing.push(registry.close);
  const image = await seedImage(registry, { repository: "acme/platform", tags: ["staging"], revision: "a".repeat(40) });
  const older = await seedImage(registry, { repository: "acme/platform", tags: ["latest"], revision: "b".repeat(40) });
  const source = parseImageRef(`${registry.host}/acme/platform:staging`);
  const entries = options.auth === undefined ? {} : { registries: { [registry.host]: robot } };
  return {
    registry,
    image,
    older,
    run: (settleMs = 10_000, given = {}) =>
      retag(
        { source, targets: ["latest"], settleMs },
        { registries: openRegistries({ clock, env, ...entries, ...given }), clock },
      ),
  };
}

/** Listens on a free port; {@link closeServers} ends it. Answers the address. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Closes every server that was started. */
export async function closeServers(): Promise<void> {
  await Promise.all(closing.splice(0).map((close) => close()));
}

/** True for a write. */
export function isPut({ method }: LoggedRequest): boolean {
  return method === "PUT";
}

/** True for a read of the source. */
export function isSource({ path }: LoggedRequest): boolean {
  return path.endsWith("/manifests/staging");
}

/** Number of writes that a registry has seen. */
export function puts({ requests }: FakeRegistry): number {
  return requests.filter(isPut).length;
}

/** Outcome of the first tag. */
export function action(verdict: Verdict<RetagReport>): string | undefined {
  return verdict.value?.images[0]?.tags[0]?.action;
}
