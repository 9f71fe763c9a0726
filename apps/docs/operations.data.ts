import { errorExitCodes, outcomeExitCodes } from "../../packages/cli/src/output/exit-codes.table.ts";
import { endings, outages, stops } from "./operations.table.ts";
import { renderRows } from "./render-rows.ts";

declare const data: Readonly<Record<"endings" | "stops" | "outages", string>>;
export { data };

/** The code is printed from the program's own table, and so is the order. */
const coded = [...outcomeExitCodes, ...errorExitCodes].flatMap(({ outcome, exit }) =>
  endings.filter(({ ending }) => ending === outcome).map((row) => ({ ...row, ending: `\`${outcome}\` ${exit}` })),
);

export default {
  async load(): Promise<typeof data> {
    return {
      endings: await renderRows(coded, {
        ending: "ended",
        touched: "what was changed",
        look: "where it says who is wrong",
        again: "the same line again",
      }),
      stops: await renderRows(stops, { how: "what", then: "what happens", leaves: "what is left behind" }),
      outages: await renderRows(outages, {
        what: "what is wrong",
        before: "before the first wave",
        during: "after it",
        do: "what to do",
      }),
    };
  },
};
