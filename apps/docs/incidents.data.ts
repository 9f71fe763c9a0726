import { scenarios } from "../../packages/cli/src/demo/scenarios.ts";

/** An incident as the demo plays it. */
interface Incident {
  readonly name: string;
  readonly title: string;
  readonly before: string;
  readonly now: string;
}

declare const data: readonly Incident[];
export { data };

export default {
  load: (): readonly Incident[] => scenarios.map(({ name, title, before, now }) => ({ name, title, before, now })),
};
