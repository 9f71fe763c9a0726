import type { Context } from "../context.ts";
import { isBranch } from "./decide-project.ts";
import type { Clone } from "./read-clone.ts";
import type { Project } from "./write-config.ts";
import { usageError } from "../../config/errors.ts";

/** Forge, address and repository: as the options say, else as the clone says, else as the job does. @throws ReleaseError `USAGE` */
export function locateRepository(
  args: Pick<Context["args"], "text">,
  env: Context["host"]["env"],
  clone: Clone,
): Pick<Project, "kind" | "url" | "repository"> {
  const ambient = env["GITEA_ACTIONS"] === "true" ? "gitea" : env["GITHUB_ACTIONS"] === "true" ? "github" : undefined;
  const given = args.text("url")?.replace(/\/+$/, "");
  const kind = args.text("forge") ?? (given === "https://github.com" ? "github" : undefined) ?? clone.kind ?? ambient;
  if (kind !== "github" && kind !== "gitea")
    throw usageError("the folder does not show which forge this is", "give --forge github or --forge gitea");
  const url =
    given ?? clone.url ?? filled(env["GITHUB_SERVER_URL"]) ?? (kind === "github" ? "https://github.com" : undefined);
  const repository = args.text("repository") ?? clone.repository ?? filled(env["GITHUB_REPOSITORY"]);
  if (url === undefined || repository === undefined) throw unknownPlace(url, repository);
  return { kind, url: checkUrl(url), repository: checkRepository(repository) };
}

function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim().replace(/\/+$/, "");
}

function unknownPlace(url: string | undefined, repository: string | undefined): Error {
  const missing = [
    ...(url === undefined ? ["--url https://git.example.com"] : []),
    ...(repository === undefined ? ["--repository acme/core"] : []),
  ];
  return usageError(
    "the git repository has no remote that names a forge",
    `give ${missing.join(" and ")}, or add a remote: git remote add origin https://git.example.com/acme/core.git`,
  );
}

function checkUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isPlain = parsed?.username === "" && parsed.password === "" && parsed.search === "" && parsed.hash === "";
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol) && isPlain && /^[\w.:/[\]-]+$/.test(url)) return url;
  throw usageError(
    "--url is not a valid address of a forge",
    "write it as https://git.example.com, without user, password and repository",
  );
}

function checkRepository(repository: string): string {
  if (/^[\w.-]+\/[\w.-]+$/.test(repository)) return repository;
  throw usageError(`--repository ${JSON.stringify(repository)} is not a valid repository`, "write it as OWNER/NAME");
}

/** The branch that `--branch` names; undefined without it. @throws ReleaseError `USAGE` */
export function givenBranch(args: Pick<Context["args"], "text">): string | undefined {
  const branch = args.text("branch");
  if (branch === undefined || isBranch(branch)) return branch;
  throw usageError(
    `--branch ${JSON.stringify(branch)} is not a valid branch`,
    "write it without refs/heads/, such as main",
  );
}
