import { type AnswerRow, moveAnswers, planAnswers, tenantAnswers } from "./control-plane.table.ts";
import { renderRows } from "./render-rows.ts";

declare const data: Readonly<Record<"plan" | "move" | "tenant", string>>;
export { data };

const columns = { status: "status", body: "body", read: "read as", then: "and so" };
const shown = (row: AnswerRow) => ({
  ...row,
  body: row.body === "" ? "nothing" : `\`${row.body}\``,
  read: row.read.replace(/[A-Z_]{4,}/, "`$&`"),
});

export default {
  async load(): Promise<typeof data> {
    const [plan, move, tenant] = await Promise.all(
      [planAnswers, moveAnswers, tenantAnswers].map((rows) => renderRows(rows.map(shown), columns)),
    );
    return { plan: plan ?? "", move: move ?? "", tenant: tenant ?? "" };
  },
};
