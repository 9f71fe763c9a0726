/** A project as it is found in public, in as few lines as show the point, and what `init` must write for it. */
export interface Shape {
  readonly title: string;
  readonly kind: "github" | "gitea";
  /** Version of Gitea. */
  readonly version?: string;
  /** @default "main" */
  readonly branch?: string;
  /** Folder of the workflows. @default that of the forge */
  readonly folder?: ".github" | ".gitea";
  /** Workflow files by name. */
  readonly workflows: Readonly<Record<string, string>>;
  /** What the forge shows of a green push to the branch: by workflow file the names of its jobs. */
  readonly green: Readonly<Record<string, Readonly<Record<string, "success" | "skipped">>>>;
  /** The event of the green runs. @default "push" */
  readonly event?: "push" | "merge_group";
  /** The section `gate`: required check and workflow files, or neither. */
  readonly gate: { readonly check?: string; readonly workflows?: readonly string[] };
  /** Further lines of `lateen.yaml`. */
  readonly config?: readonly string[];
  /** Lines of the workflow of lateen. */
  readonly workflow?: readonly string[];
}

export const run = "runs-on: ubuntu-latest, steps: [{ run: make }]";
export const push = "on: { push: { branches: [main] }, pull_request: {} }";
export const byPush = "push:\n    branches: [main]";
export const after = (...names: readonly string[]): string =>
  `workflows: [${names.map((name) => JSON.stringify(name)).join(", ")}]`;
