import { parseImageRef } from "@lateen/kernel";

/** Access to a registry from a job: an entry of `registries`, and the secrets that the job hands in. */
export interface RegistryAccess {
  readonly host: string;
  /** Variables with user and password; undefined if the registry is found another way. */
  readonly variables: { readonly username: string; readonly password: string } | undefined;
  /** Secrets of the repository that become variables of the same name. */
  readonly secrets: readonly string[];
}

/** The registries of `images`: on GitHub its own one takes the job's token, ECR takes keys, every other one user and password. */
export function registryAccess(images: readonly string[], kind: "github" | "gitea"): readonly RegistryAccess[] {
  const found = [...new Set(images.map((image) => parseImageRef(image).host ?? ""))].filter((host) => host !== "");
  return found.map((host) => {
    if (/^\d{12}\.dkr[.-]ecr/.test(host))
      return { host, variables: undefined, secrets: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] };
    if ((host === "ghcr.io" || host.startsWith("containers.")) && kind === "github")
      return { host, variables: { username: "GITHUB_ACTOR", password: "GITHUB_TOKEN" }, secrets: [] };
    const prefix = variablePrefix(host);
    const variables = { username: `${prefix}_USERNAME`, password: `${prefix}_PASSWORD` };
    return { host, variables, secrets: Object.values(variables) };
  });
}

/** No variable begins with a digit, as an address of numbers does. */
function variablePrefix(host: string): string {
  const name = host
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return /^\d/.test(name) ? `REGISTRY_${name}` : name;
}
