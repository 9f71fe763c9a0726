/** Permissions that a token needs, in the words of its forge. */
export interface Permission {
  readonly scopes: readonly string[];
  /** Condition that no scope gives. */
  readonly condition?: string | undefined;
}

/** Permissions that a token needs for one of the things that `ship` does on the forge. */
export interface PermissionRow {
  readonly need: "branch" | "checks" | "workflows" | "switch" | "dispatch" | "ledger";
  /** In the words of `permissions:` in a workflow, and of fine-grained tokens. */
  readonly github: Permission;
  /** In the words of a token's scopes. */
  readonly gitea: Permission;
}

/**
 * Permissions by what they are needed for.
 *
 * Sources: docs.github.com, "Permissions required for fine-grained personal access tokens"; docs.gitea.com, "API Usage", Token scopes.
 * Gitea's variables want an owner, also of a repository in which the user is an administrator: `reqOwner` and `reqOrgOwnership` in its
 * `routers/api/v1/api.go`.
 */
export const permissionRows: readonly PermissionRow[] = [
  { need: "branch", github: { scopes: ["contents: read"] }, gitea: { scopes: ["read:repository"] } },
  { need: "checks", github: { scopes: ["checks: read", "statuses: read"] }, gitea: { scopes: ["read:repository"] } },
  { need: "workflows", github: { scopes: ["actions: read", "contents: read"] }, gitea: { scopes: ["read:repository"] } },
  {
    need: "switch",
    github: { scopes: ["variables: read"], condition: "no workflow's own token can have variables: read" },
    gitea: {
      scopes: ["read:repository", "read:organization or read:user, whichever the owner is"],
      condition: "its user owns the organisation or the repository (an administrator is not enough)",
    },
  },
  {
    need: "dispatch",
    github: { scopes: ["actions: write"] },
    gitea: { scopes: ["write:repository"], condition: "its user may write code" },
  },
  {
    need: "ledger",
    github: { scopes: ["contents: write"] },
    gitea: { scopes: ["write:repository"], condition: "its user may write code" },
  },
];

/** Several permissions in words, each scope once; one that writes reads as well. */
export function describePermissions(permissions: readonly Permission[]): string {
  const scopes = new Set(permissions.flatMap((permission) => permission.scopes));
  const needed = [...scopes].filter((scope) => !scopes.has(scope.replace(/^read:/, "write:").replace(/: read$/, ": write")) || !/^read:|: read$/.test(scope));
  const conditions = new Set(permissions.flatMap(({ condition }) => condition ?? []));
  return [needed.join(", "), ...conditions].join("; ");
}
