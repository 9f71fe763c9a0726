import type { Context } from "../context.ts";
import type { Detected } from "./detect.ts";
import type { Project } from "./write-config.ts";
import { usageError } from "../../config/errors.ts";

/** Forge, address, repository and branch: as the options say, else as the clone says, else as the job does. @throws ReleaseError `USAGE` */
export function locateRepository(
  args: Pick<Context["args"], "text">,
  env: Context["host"]["env"],
  detected: Detected,
): Pick<Project, "kind" | "url" | "repository" | "branch"> {
  const ambient = env["GITEA_ACTIONS"] === "true" ? "gitea" : env["GITHUB_ACTIONS"] === "true" ? "github" : undefined;
  const given = args.text("url")?.replace(/\/+$/, "");
  const kind =
    args.text("forge") ?? (given === "https://github.com" ? "github" : undefined) ?? detected.kind ?? ambient;
  if (kind !== "github" && kind !== "gitea")
    throw usageError("the folder does not show which forge this is", "give --forge github or --forge gitea");
  const url =
    given ?? detected.url ?? filled(env["GITHUB_SERVER_URL"]) ?? (kind === "github" ? "https://github.com" : undefined);
  const repository = args.text("repository") ?? detected.repository ?? filled(env["GITHUB_REPOSITORY"]);
  if (url === undefined || repository === undefined) throw unknownPlace(url, repository);
  return { kind, url: checkUrl(url), repository: checkRepository(repository), branch: checkBranch(args, detected) };
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

function checkBranch(args: Pick<Context["args"], "text">, detected: Detected): string {
  const branch = args.text("branch") ?? detected.branch;
  if (/^[\w][\w./-]*$/.test(branch)) return branch;
  throw usageError(
    `--branch ${JSON.stringify(branch)} is not a valid branch`,
    "write it without refs/heads/, such as main",
  );
}
