import { resolve } from "node:path";
import { found, parseImageRef, type Reading, type Secret } from "@lateen/kernel";
import type { ImageReader } from "@lateen/registry";
import type { ControlPlaneConfig, SecretSource } from "../config/config.ts";
import { cliError } from "../config/errors.ts";
import type { Driver } from "./fleet.ts";
import type { Parts } from "./parts.ts";

/** The driver of a cluster. */
export async function makeKubernetes(
  parts: Parts,
  plane: Extract<ControlPlaneConfig, { kind: "kubernetes" }>,
  registries: () => Promise<ImageReader>,
): Promise<Driver> {
  const { createKubernetesFleet } = await import("@lateen/fleet/kubernetes");
  const { settings, clock, env } = parts;
  const { kubeconfig, image, timeout, ...options } = plane;
  const { controlPlane, prober, checkAccess } = createKubernetesFleet({
    ...options,
    kubeconfig: kubeconfigSource(parts, kubeconfig, plane.name),
    image: image?.repository,
    images: settings.config.release?.images.map(({ repository }) => repository) ?? [],
    timeoutMs: timeout,
    sameImage: (image, signal) => digestsOf(registries, image, signal),
    // A plugin logs in as its user would: with the user's whole environment.
    env: givenVariables(env),
    cwd: settings.folder,
    clock,
  });
  return { name: plane.name, plane: controlPlane, prober, checkAccess };
}

/** Digests of the platforms of an image, and of their configs: what container runtimes report instead of the index. */
async function digestsOf(
  registries: () => Promise<ImageReader>,
  image: string,
  signal: AbortSignal | undefined,
): Promise<Reading<readonly string[]>> {
  const details = await (await registries()).details(parseImageRef(image), signal);
  if (details.kind !== "found") return details;
  return found(
    details.value.images.flatMap(({ digest, config }) => (config === undefined ? [digest] : [digest, config])),
  );
}

/** A file, a variable with paths or with the document itself, or the service account of the pod. */
function kubeconfigSource({ settings, env, open }: Parts, source: SecretSource | undefined, name: string) {
  if (source === undefined) {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
    if (host !== undefined && port !== undefined) return { serviceAccount: { host, port } };
    throw cliError("KUBECONFIG_MISSING", "input", {
      message: `fleet.controlPlanes ${name} names no kubeconfig, and this is not a pod with a service account`,
      fix: "add kubeconfig: { file: ~/.kube/config }",
    });
  }
  const place = "file" in source ? source.file : (env[source.env] ?? "");
  if ("file" in source || !isDocument(place)) {
    if (place === "") open(source);
    const paths = place.split(":").filter((path) => path !== "");
    return { file: paths.map((path) => resolve(settings.folder, atHome(path, env))).join(":") };
  }
  return { document: open(source).token as Secret };
}

/** A path has no line ends, colons followed by blanks, or braces; a kubeconfig does not do without. */
function isDocument(text: string): boolean {
  return /[\n{]|:\s/.test(text);
}

function atHome(path: string, env: Parts["env"]): string {
  return path.startsWith("~/") ? resolve(env["HOME"] ?? "/", path.slice(2)) : path;
}

function givenVariables(env: Parts["env"]): Readonly<Record<string, string>> {
  const given = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(given);
}
