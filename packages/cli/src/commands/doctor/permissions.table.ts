/** Permissions that a token needs for one of the things that `ship` does on the forge. */
export interface PermissionRow {
  readonly need: "branch" | "checks" | "workflows" | "switch" | "dispatch" | "ledger";
  /** In the words of `permissions:` in a workflow, and of fine-grained tokens. */
  readonly github: string;
  /** In the words of a token's scopes. */
  readonly gitea: string;
}

/**
 * Permissions by what they are needed for.
 * Sources: docs.github.com, "Permissions required for fine-grained personal access tokens"; docs.gitea.com, "API Usage", Token scopes.
 */
export const permissionRows: readonly PermissionRow[] = [
  { need: "branch", github: "contents: read", gitea: "read:repository" },
  { need: "checks", github: "checks: read and statuses: read", gitea: "read:repository" },
  { need: "workflows", github: "actions: read and contents: read", gitea: "read:repository" },
  { need: "switch", github: "variables: read, which no workflow's own token can have", gitea: "read:repository, and its user is an administrator of the repository" },
  { need: "dispatch", github: "actions: write", gitea: "write:repository, and its user may write code" },
  { need: "ledger", github: "contents: write", gitea: "write:repository, and its user may write code" },
];
