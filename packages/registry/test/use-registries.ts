import { afterEach } from "vitest";
import { type FakeRegistry, startRegistry } from "../src/testing/index.ts";
import type { StartRegistryOptions } from "../src/testing/start-registry.ts";

/** Starts registries that are closed after the test that started them. */
export function useRegistries(): (options?: StartRegistryOptions) => Promise<FakeRegistry> {
  const started: FakeRegistry[] = [];
  afterEach(async () => void (await Promise.all(started.splice(0).map((registry) => registry.close()))));
  return async (options) => {
    const registry = await startRegistry(options);
    started.push(registry);
    return registry;
  };
}
