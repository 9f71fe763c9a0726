import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { manifest, packageNames } from "./source-files.ts";

// Every optional package, as in an installation that has none: what needs it names it at once, and sends and repeats nothing.

/** Programs that need a package, each with the code that names it. Each prints the code that it gets, over a clock that keeps every pause. */
const needs: Readonly<Record<string, readonly [code: string, program: string]>> = {
  undici: [
    "UNDICI_MISSING",
    `const { createHttp } = await import("@lateen/kernel");
     await createHttp({ clock }).request({ url: "http://127.0.0.1:9", maxBytes: 1 }).catch(print);`,
  ],
  "undici of a control plane": [
    "UNDICI_MISSING",
    `const { createControlPlane } = await import("@lateen/fleet/http");
     const read = createControlPlane({ name: "prod", url: "http://127.0.0.1:9", clock }).enumerate(release, settings);
     print((await read.catch((cause) => ({ cause }))).cause);`,
  ],
  "undici of a forge": [
    "UNDICI_MISSING",
    `const { createGiteaForge } = await import("@lateen/gate/gitea");
     print((await createGiteaForge({ url: "http://127.0.0.1:9", repository: "acme/core", clock }).head("main")).cause);`,
  ],
  "@octokit/rest": [
    "OCTOKIT_MISSING",
    `const { createGitHubForge } = await import("@lateen/gate/github");
     print((await createGitHubForge({ url: "http://127.0.0.1:9", repository: "acme/core", clock }).head("main")).cause);`,
  ],
  yaml: [
    "YAML_MISSING",
    `const { parseWorkflow } = await import("@lateen/gate/decisions");
     print((await parseWorkflow("on: push", "e2e.yml")).cause);`,
  ],
  "@kubernetes/client-node": [
    "KUBERNETES_CLIENT_MISSING",
    `const { createKubernetesFleet } = await import("@lateen/fleet/kubernetes");
     const kubeconfig = { file: "/nowhere" };
     const fleet = createKubernetesFleet({ name: "eu", kubeconfig, selector: "a=b", images: ["x"], env: {}, cwd: "/", clock });
     const read = fleet.controlPlane.enumerate(release, settings);
     print((await read.catch((cause) => ({ cause }))).cause);`,
  ],
  "@aws-sdk/client-ecr": [
    "REGISTRY_SDK_MISSING",
    `const { inspect, openRegistries } = await import("@lateen/registry");
     const { parseImageRef } = await import("@lateen/kernel");
     const source = parseImageRef("123456789012.dkr.ecr.us-east-2.amazonaws.com/acme/platform:latest");
     const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
     const ports = { registries: openRegistries({ env, clock }), clock };
     await inspect(source, ports).catch(print);`,
  ],
};

/** Node as it is without the optional packages of ours. */
const hooks = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  const optional = ["undici", "yaml", "@octokit/", "@kubernetes/", "@aws-sdk/"];
  registerHooks({
    resolve(specifier, context, next) {
      if (!optional.some((name) => specifier === name || specifier.startsWith(name + "/") || (name.endsWith("/") && specifier.startsWith(name))))
        return next(specifier, context);
      throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: "ERR_MODULE_NOT_FOUND" });
    },
  });
`)}`;

/** What each program printed, by its name: all in one process, where no module of ours has loaded a package before. */
async function runAll(): Promise<ReadonlyMap<string, Printed>> {
  // A pause before another try is shorter than 10 s, a deadline longer.
  const before = `
    const release = { sha: "b".repeat(40), digests: {}, tag: "staging-bbbbbbb" };
    const settings = { soakMs: 0, batch: 1, maxStragglers: 0 };
    async function need(name, use) {
      const pauses = [];
      const clock = { now: () => Date.now(), sleep: (ms) => (ms < 10_000 && pauses.push(ms), new Promise(() => undefined)) };
      const print = ({ code, message, fix }) => console.log(JSON.stringify({ name, code, named: message + " " + fix, pauses }));
      await use(clock, print);
    }`;
  const uses = Object.entries(needs).map(
    ([name, [, program]]) => `await need(${JSON.stringify(name)}, async (clock, print) => { ${program} });`,
  );
  const argv = ["-C", "source", "--disable-warning=ExperimentalWarning", "--import", hooks, "--input-type=module"];
  const options = { cwd: import.meta.dirname, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...argv, "--eval", before + uses.join("\n")],
    options,
  );
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Printed & { readonly name: string });
  return new Map(lines.map(({ name, ...printed }) => [name, printed]));
}

interface Printed {
  readonly code: string;
  readonly named: string;
  readonly pauses: readonly number[];
}

describe("without its package", () => {
  let printed: ReadonlyMap<string, Printed>;
  beforeAll(async () => void (printed = await runAll()));

  test.each(Object.entries(needs))("%s is named", (name, [code]) => {
    expect(printed.get(name)).toMatchObject({ code, pauses: [] });
    expect(printed.get(name)?.named).toContain(name.replace(/ of .*/, ""));
  });

  test("every optional package of the libraries is among them", () => {
    const known = Object.keys(needs).map((name) => name.replace(/ of .*/, ""));
    const peers = packageNames
      // What the service needs of its own is named by its own tests.
      .filter((name) => name !== "service")
      .flatMap((name) => Object.keys(manifest(name).peerDependencies ?? {}))
      // Octokit's plug-ins are loaded with it.
      .filter((peer) => !/^@octokit\/(?:auth-app|plugin-retry)$/.test(peer));
    expect(new Set(peers)).toEqual(new Set(known));
  });
});
