import { expect, test } from "vitest";
import { decideRedirect } from "./decide-redirect.ts";
import { redirectTable } from "../../../test/tables/decide-redirect.table.ts";

test.each(redirectTable)(
  "$method $from to $to: $decision ($because)",
  ({ method = "GET", status = 307, from, to, decision, credentials }) => {
    const url = new URL(from);
    const decided = decideRedirect({ method, status, location: to, from: url, home: new URL(url.origin) });
    expect(decided.kind).toBe(decision);
    if (decided.kind === "follow") expect(decided.sameOrigin).toBe(credentials);
  },
);
