import { secret } from "@lateen/kernel";
import { afterAll, describe, test } from "vitest";
import { openRegistries } from "../index.ts";
import { describeRegistryContract, type FakeRegistry, seedImage, startRegistry } from "./index.ts";
import type { StartRegistryOptions } from "./start-registry.ts";
import type { ContractSubject } from "./registry-contract.ts";

const running: Promise<FakeRegistry>[] = [];
afterAll(async () => void (await Promise.all(running.map(async (registry) => await (await registry).close()))));

function subjectOf(
  options: StartRegistryOptions,
  withRealm: boolean,
  env: Readonly<Record<string, string>> = {},
): () => Promise<ContractSubject> {
  const started = startRegistry(options);
  running.push(started);
  return async () => {
    const fake = await started;
    const entry = {
      username: "robot",
      password: secret("s3cret"),
      ...(withRealm ? { realm: `${fake.url}/token`, service: "registry" } : {}),
    };
    const registries = options.auth === undefined ? {} : { [fake.host]: entry };
    return {
      registry: openRegistries({ registries, env }),
      host: fake.host,
      seed: (recipe) => seedImage(fake, recipe),
    };
  };
}

const users = { robot: "s3cret" };
const runner = { describe, test };
describeRegistryContract("open", subjectOf({}, false), runner);
describeRegistryContract("tokens", subjectOf({ auth: { users }, multiTag: true }, false), runner);
describeRegistryContract(
  "tokens, realm known, life not stated",
  subjectOf({ auth: { users, expiresIn: null } }, true),
  runner,
);
describeRegistryContract("basic", subjectOf({ auth: { users, scheme: "basic" } }, false), runner);
// If a proxy is set, undici sends, else Node's own client does; this machine is never reached through a proxy.
const throughUndici = { HTTPS_PROXY: "http://127.0.0.1:9" };
describeRegistryContract("tokens, over undici", subjectOf({ auth: { users } }, false, throughUndici), runner);
