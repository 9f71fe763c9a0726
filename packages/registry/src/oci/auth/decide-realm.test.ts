import { expect, test } from "vitest";
import { decideRealm } from "./decide-realm.ts";
import { realmTable } from "../../../test/tables/decide-realm.table.ts";

test.each(realmTable)(
  "$registry sends to $realm: $decision ($because)",
  ({ registry, realm, trusted, hasCredentials, decision }) => {
    const decided = decideRealm({ realm, registry: new URL(registry), trusted, hasCredentials });
    expect(decided.kind === "refuse" ? "refuse" : decided.credentials ? "with-credentials" : "anonymous").toBe(
      decision,
    );
  },
);
