import { environmentTable } from "../config/environment.table.ts";
import { exitCodeColumns } from "../output/exit-codes.ts";
import { errorExitCodes, outcomeExitCodes } from "../output/exit-codes.table.ts";
import { paragraph, twoColumns } from "./page.ts";
import { rules } from "../pipeline/rules.table.ts";

/** The table of outcomes and exit codes. */
export function exitCodesPage(): string {
  return [
    paragraph("How a command ended, as exit code; in brackets the code with --detailed-exitcode."),
    "",
    ...twoColumns(outcomeExitCodes.map(exitCodeColumns)),
    "",
    "Errors, by their kind:",
    "",
    ...twoColumns(errorExitCodes.map(exitCodeColumns)),
    "",
  ].join("\n");
}

const optionVariables: readonly (readonly [string, string])[] = [
  ["LATEEN_CONFIG", "--config"],
  ["LATEEN_ENV", "--env"],
  ["LATEEN_SHA", "--sha"],
  ["LATEEN_OUTPUT", "--output"],
  ["LATEEN_OVERRIDE", "--override, one per line"],
  ["LATEEN_COLOR", "--color"],
  ["LATEEN_RESULT_FILE", "--result-file"],
];

const ambientVariables: readonly (readonly [string, string])[] = [
  ["GITHUB_EVENT_PATH, GITHUB_EVENT_NAME", "the event that started the job: its commit, the push before it"],
  ["GITHUB_SHA", "the commit, if neither --sha nor the event names one"],
  ["GITHUB_REPOSITORY, GITHUB_SERVER_URL, GITHUB_API_URL", "fill what forge leaves open"],
  ["GITHUB_TOKEN, GITEA_TOKEN", "forge.token, if it is not configured"],
  ["GITHUB_ACTOR", "who acts, for the ledger"],
  ["GITHUB_ACTIONS, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY", "annotations, step outputs and the summary of a job"],
  ["DOCKER_CONFIG, REGISTRY_AUTH_FILE", "credentials of registries"],
  ["AWS_*", "credentials of ECR"],
  ["HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS", "how servers are reached"],
  ["NO_COLOR, FORCE_COLOR", "colours"],
  ["TERM", "dumb: no colours, and nothing is redrawn"],
  ["LC_ALL, LC_CTYPE, LANG", "encoding of the terminal: UTF-8, else ASCII"],
];

/** The environment variables that are read, strongest first. */
export function environmentPage(): string {
  return [
    paragraph(
      "A flag beats a LATEEN_ variable, that beats the file, and that beats the variables of the job. Empty counts as unset.",
    ),
    "",
    "Options:",
    ...twoColumns(optionVariables),
    "",
    "Keys of the configuration:",
    ...twoColumns(
      environmentTable.map(
        ({ name, path, as }) => [name, `${path.join(".")}${as === "list" ? " (list: commas or lines)" : ""}`] as const,
      ),
    ),
    "",
    "The job's own:",
    ...twoColumns(ambientVariables),
    "",
  ].join("\n");
}

/** The rules by the names of the evidence. */
export function rulesPage(): string {
  return [
    paragraph(
      "The rules, in the order in which they are met. Those marked with * are waived by --override RULE=REASON; a check or a workflow of the gate is waived by its own name, exactly as configured.",
    ),
    "",
    ...twoColumns(rules.map(({ rule, waivable, says }) => [`${waivable ? "*" : " "} ${rule}`, says] as const)),
    "",
  ].join("\n");
}
