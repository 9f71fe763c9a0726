import type { Reading } from "@lateen/kernel";
import type { WorkflowFact } from "./sources.ts";

/** A repository of container images that belongs to the owner of the repository. */
export interface ImageFact {
  /** `owner/name` in lower case, without the registry. */
  readonly path: string;
  /** The repository that it is linked to, `owner/name`; undefined if it is linked to none. */
  readonly repository: string | undefined;
}

/** The repository as its forge describes it, for programs that have no configuration yet. */
export interface Survey {
  /** The version that the server reports, of a Forgejo as `9.0.3+gitea-1.22.0`; absent if it has no such call. */
  version(signal?: AbortSignal): Promise<Reading<string>>;
  defaultBranch(signal?: AbortSignal): Promise<Reading<string>>;
  /** Every workflow file that the forge has registered, disabled ones too; absent if this server has no such list. */
  workflows(signal?: AbortSignal): Promise<Reading<readonly WorkflowFact[]>>;
  /** Images of the owner that the token may see, in the registry of the forge. */
  images(signal?: AbortSignal): Promise<Reading<readonly ImageFact[]>>;
}
