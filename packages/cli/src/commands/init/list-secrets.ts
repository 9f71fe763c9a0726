import { loadConfig } from "../../config/load.ts";
import { secretDestinations } from "../../config/secret-destinations.ts";
import type { Host } from "../../host.ts";
import { scopesOf } from "../doctor/scopes.ts";
import { giteaTokenSecret } from "./write-workflow.ts";

/** The secrets that the configuration in `file` names: where each goes, and what it has to be allowed to do. Opens none of them. */
export async function listSecrets({ cwd }: Pick<Host, "cwd">, file: string | undefined): Promise<readonly string[]> {
  const { config } = await loadConfig({ cwd, env: {}, file });
  const rows = secretDestinations(config);
  const isBrought = ({ secret }: (typeof rows)[number]): boolean =>
    config.forge?.kind === "github" && /^GITHUB_(?:TOKEN|ACTOR)$/.test(secret);
  const isRenamed = (secret: string): boolean => config.forge?.kind === "gitea" && secret === "GITEA_TOKEN";
  const nameOf = (secret: string): string =>
    isRenamed(secret) ? `${giteaTokenSecret}, which the job has as ${secret}` : secret;
  const listed = (title: string, some: typeof rows): readonly string[] =>
    some.length === 0
      ? []
      : [
          title,
          ...some.map((row) => {
            const scopes = scopesOf(config, row);
            return `  ${nameOf(row.secret)}, for ${row.to} (${row.key})${scopes === undefined ? "" : `: ${scopes}`}`;
          }),
        ];
  return [
    ...listed(
      "secrets to set:",
      rows.filter((row) => !isBrought(row)),
    ),
    ...listed("every job of GitHub has, with the permissions that the workflow names:", rows.filter(isBrought)),
  ];
}
