import { describePermissions, permissionRows } from "../../../packages/cli/src/commands/doctor/permissions.table.ts";
import { renderRows } from "../render-rows.ts";

declare const data: Readonly<Record<"forge", string>>;
export { data };

const needs = {
  branch: "commits and branches",
  checks: "statuses and check runs",
  workflows: "workflow runs and files",
  switch: "the kill switch in a variable",
  dispatch: "starting a workflow, for a check",
  ledger: "the ledger, the hold, the mirror of the journal",
};

export default {
  async load(): Promise<typeof data> {
    const rows = permissionRows.map(({ need, github, gitea }) => ({
      need: needs[need],
      github: describePermissions([github]),
      gitea: describePermissions([gitea]),
    }));
    return { forge: await renderRows(rows, { need: "for", github: "GitHub", gitea: "Gitea" }) };
  },
};
