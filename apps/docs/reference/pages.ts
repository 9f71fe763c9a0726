import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commands } from "../../../packages/cli/src/commands/commands.table.ts";
import { globalOptions, writerOptions } from "../../../packages/cli/src/commands/global-options.ts";
import { outcomesOf } from "../../../packages/cli/src/commands/outcomes.table.ts";
import type { Options } from "../../../packages/cli/src/command-line/arguments.ts";
import { environmentTable } from "../../../packages/cli/src/config/environment.table.ts";
import { rules } from "../../../packages/cli/src/pipeline/rules.table.ts";
import { errorCodes } from "./error-codes.ts";
import { meaningOf } from "./result-fields.table.ts";
import { eventTable, membersOf, unions } from "./events.ts";
import { fieldsOf, type SchemaField } from "./schema-fields.ts";
import { writtenFields } from "./schema-source.ts";
import { codeCell, escapeText, root, tableOf } from "./source-text.ts";

/** A page of the reference: its name in the address, its title, and the Markdown that the code makes. */
export interface ReferencePage {
  readonly page: string;
  readonly title: string;
  content(): Promise<string>;
}

/** Every generated page that is about the program and its documents. */
export const referencePages: readonly ReferencePage[] = [
  { page: "commands", title: "Commands", content: commandPage },
  { page: "configuration", title: "Configuration keys", content: async () => configurationPage() },
  { page: "result", title: "The result document", content: async () => resultPage() },
  { page: "events", title: "NDJSON events", content: async () => eventPage() },
  { page: "journal", title: "The journal", content: async () => journalPage() },
  { page: "ledger", title: "The ledger", content: async () => ledgerPage() },
  { page: "errors", title: "Codes of errors and stops", content: async () => errorPage() },
  { page: "rules", title: "Rules", content: async () => rulePage() },
];

async function commandPage(): Promise<string> {
  const sections = await Promise.all(
    commands.map(async (row) => {
      const command = await row.load();
      const usage = ["lateen", row.name, command.positionals?.usage, "[OPTIONS]"].filter((part) => part !== undefined);
      const own = { ...command.options, ...(row.writes ? writerOptions : {}) };
      const outcomes = (outcomesOf[row.name] ?? []).map((outcome) => `\`${outcome}\``).join(", ");
      return [
        `## lateen ${row.name}`,
        "",
        escapeText(command.about),
        "",
        "```text",
        usage.join(" "),
        "```",
        "",
        ...(Object.keys(own).length === 0 ? [] : [optionTable(own)]),
        tableOf(
          ["example", "what it does"],
          command.examples.map(([line, what]) => [codeCell(line), escapeText(what)]),
        ),
        `Writes: ${row.writes ? "yes" : "no"}. Outcomes: ${outcomes === "" ? "`ok`" : outcomes}.`,
        "",
      ].join("\n");
    }),
  );
  return ["## Options of every command", "", optionTable(globalOptions), ...sections].join("\n");
}

function optionTable(options: Options): string {
  return tableOf(
    ["option", "what it does"],
    Object.entries(options).map(([name, { short, value, about }]) => [
      codeCell(`${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`),
      escapeText(about),
    ]),
  );
}

function schemaOf(file: string): object {
  return JSON.parse(readFileSync(join(root, "packages/cli", file), "utf8")) as object;
}

function configurationPage(): string {
  const fields = fieldsOf(schemaOf("schema.json")).filter(({ key }) => !key.startsWith("environments."));
  const sections = [...new Set(fields.map(({ key }) => key.split(".")[0] ?? ""))].filter((name) => name !== "$schema");
  const variables = environmentTable.map(({ name, path, as }) => [codeCell(name), codeCell(path.join(".")), as]);
  return [
    "`*` is a name of yours, `[]` any entry of a list. Editors show the same sentences, from `schema.json`.",
    "",
    ...sections.flatMap((name) => [
      `## ${name}`,
      "",
      fieldTable(
        fields.filter(({ key }) => key.split(".")[0] === name),
        true,
      ),
    ]),
    "## Variables that beat the file",
    "",
    tableOf(["variable", "key", "read as"], variables),
  ].join("\n");
}

function fieldTable(fields: readonly SchemaField[], withDefaults: boolean): string {
  const head = ["key", "type", ...(withDefaults ? ["default"] : []), "what it is for"];
  const rows = fields.map(({ key, type, default: value, about }) => [
    codeCell(key),
    escapeText(type).replaceAll("|", "or"),
    ...(withDefaults ? [value === undefined ? "" : codeCell(value)] : []),
    escapeText(about),
  ]);
  return tableOf(head, rows);
}

/** Every field of the result document with what it says. */
export function resultDocumentFields(): readonly SchemaField[] {
  return fieldsOf(schemaOf("result-schema.json")).map((field) => ({ ...field, about: meaningOf(field.key) ?? "" }));
}

function resultPage(): string {
  const intro = [
    "`--json` prints it, `--result-file FILE` writes it on every exit. Fields that a command does not know are absent; fields may be",
    "added in any version. The JSON Schema is `@lateen/cli/result-schema.json`.",
    "",
  ];
  return [...intro, fieldTable(resultDocumentFields(), false)].join("\n");
}

function eventPage(): string {
  const intro = [
    '`--output ndjson` prints one JSON value per line. The first is `{"type":"version","schemaVersion":1}`, the last one has the type',
    "`result` and the fields of [the result document](./result). Every event in between has `type` and `at` (ISO 8601). New types may",
    "come with a minor version, so a reader ignores those that it does not know.",
    "",
  ];
  return [...intro, ...unions.flatMap(({ title, file, name }) => [`## ${title}`, "", eventTable(file, name)])].join(
    "\n",
  );
}

function journalPage(): string {
  const file = "fleet/src/engine/journal-entry.ts";
  const others = membersOf(join(root, "packages", file), "JournalEntry").length;
  const intro = [
    "The record of one rollout: `rollout.jsonl` in the folder that `fleet.journal` names, one JSON value per line, each intent written",
    "and synchronised before it is acted on. On resume an intent without an outcome is unknown, and is observed before anything is",
    `repeated. There are ${others} kinds of facts. Each has \`at\`, in milliseconds since the epoch, and \`seq\`, its number from 1 on.`,
    "",
  ];
  return [...intro, eventTable(file, "JournalEntry")].join("\n");
}

function ledgerPage(): string {
  const file = join(root, "packages/promote/src/ports/ledger-entry.ts");
  const schemas = {
    ledgerEntrySchema: "Entry",
    image: "image",
    fleet: "fleet",
    override: "override",
    gateCheck: "gateCheck",
  };
  const parts = Object.entries(schemas).flatMap(([name, title]) => {
    const rows = writtenFields(file, name).map((one) => [codeCell(one.name), codeCell(one.type), one.about]);
    return [`## ${title}`, "", tableOf(["field", "type", "about"], rows)];
  });
  return [
    "An append-only record of promotions on a git ref, `refs/lateen/latest` for the target `default` and `refs/lateen/NAME` for others:",
    "one git commit per entry, whose message a person can read and whose blob is this document. `git log refs/lateen/latest` prints it",
    "after `git fetch origin 'refs/lateen/*:refs/lateen/*'`.",
    "",
    ...parts,
  ].join("\n");
}

function errorPage(): string {
  const entries = errorCodes().map(({ code, package: owner, kind, what, why, fix }) =>
    [
      `## ${code}`,
      "",
      tableOf(
        ["", ""],
        [
          ["what", escapeText(what)],
          ["why", escapeText(why)],
          ["fix", escapeText(fix)],
          ["kind", `${kind}, of \`${owner}\``],
        ],
      ),
    ].join("\n"),
  );
  return [
    "A code is stable, a message is not. `…` is what only a run knows. The kind is the category of an error (`input`, `auth`,",
    "`unavailable`, `state`, `interrupted`, `bug`) or the outcome of a stop.",
    "",
    ...entries,
  ].join("\n");
}

function rulePage(): string {
  return [
    "Evidence in the result names these rules, in this order. `--override RULE=REASON` waives one that can be waived, and is recorded",
    "with who did it. An entry of `gate.checks` or a workflow file can be waived by its own name too.",
    "",
    tableOf(
      ["rule", "holds if", "can be waived"],
      rules.map(({ rule, says, waivable }) => [codeCell(rule), escapeText(says), waivable ? "yes" : "no"]),
    ),
  ].join("\n");
}
