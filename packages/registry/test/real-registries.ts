import { startGitea } from "@lateen/git-log/testing";
import {
  type DockerRegistry,
  type RegistryProgram,
  startDockerRegistry,
  startRegistryProgram,
} from "../src/testing/start-docker-registry.ts";

const { env } = globalThis.process;

/** A registry that others wrote. What is missing fails in CI and is skipped, with its name, on a desk. */
export interface RealRegistry {
  readonly name: string;
  readonly program: string | undefined;
  readonly start: (program: string) => Promise<OpenRegistry>;
  /** Shapes that it refuses, by its own words, whichever client sends them. */
  readonly refuses: readonly string[];
}

/** A registry that runs, and who may write there. */
export type OpenRegistry = Pick<DockerRegistry, "host" | "close"> & {
  readonly login?: { readonly username: string; readonly password: string };
};

const cache = "a build cache, whose entries are blobs";
/** A shape that some cannot read. */
export const odd = "annotations that are null or numbers";
const sha512 = "a config and a layer with sha512 digests";
const foreign = "a foreign layer that its vendor keeps";
const vendor = [foreign, "a nondistributable layer that the source stores"];

const withArguments = (args: RegistryProgram["arguments"]) => async (program: string) =>
  await startRegistryProgram({ program, arguments: args });
const asDocker = async (program: string) => await startDockerRegistry({ program });

/** Gitea's own registry; the first part of a path is an owner, which has to exist. */
async function asGitea(program: string): Promise<OpenRegistry> {
  const gitea = await startGitea(program);
  for (const username of ["shapes", "contract"]) await gitea.api("POST", "/orgs", { username });
  const login = { username: gitea.user, password: gitea.token };
  return { host: new URL(gitea.url).host, login, close: gitea.close };
}

/** Every registry that the tier of real servers has. */
export const realRegistries: readonly RealRegistry[] = [
  {
    name: "distribution 3",
    program: env["LATEEN_REAL_DISTRIBUTION"],
    start: asDocker,
    refuses: [...vendor, cache, odd],
  },
  {
    name: "docker-registry 2",
    program: env["LATEEN_REAL_DOCKER_REGISTRY"],
    start: asDocker,
    refuses: [...vendor, odd],
  },
  {
    name: "crane registry serve",
    program: env["LATEEN_REAL_CRANE"],
    start: withArguments((address) => ["registry", "serve", "--address", address]),
    refuses: [],
  },
  {
    name: "ociregistry",
    program: env["LATEEN_REAL_OCIREGISTRY"],
    start: withArguments((address) => [address]),
    refuses: [foreign, cache, odd, sha512],
  },
  {
    name: "Gitea",
    program: env["LATEEN_REAL_GITEA"],
    start: asGitea,
    refuses: [foreign, cache, odd, sha512, "a nested index"],
  },
];
