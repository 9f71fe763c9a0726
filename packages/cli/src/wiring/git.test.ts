import { secret } from "@lateen/kernel";
import { expect, test } from "vitest";
import type { SecretSource } from "../config/config.ts";
import { gitPlace } from "./git.ts";
import type { Parts } from "./parts.ts";

const forge = { url: "https://git.example.com", repository: "acme/core", token: { env: "FORGE_TOKEN" } };
const parts = {
  settings: { config: { forge }, folder: "/project" },
  open: (source: SecretSource | undefined) =>
    source !== undefined && "env" in source ? { token: secret(source.env) } : {},
} as unknown as Parts;

test.each<[what: string, place: object, remote: string, token: string | undefined]>([
  ["none named", {}, "https://git.example.com/acme/core.git", "FORGE_TOKEN"],
  [
    "the forge's own",
    { remote: "https://git.example.com/acme/ledger.git" },
    "https://git.example.com/acme/ledger.git",
    "FORGE_TOKEN",
  ],
  ["another server", { remote: "https://other.example.com/a.git" }, "https://other.example.com/a.git", undefined],
  ["another port", { remote: "https://git.example.com:8443/a.git" }, "https://git.example.com:8443/a.git", undefined],
  [
    "another server with a token of its own",
    { remote: "https://other.example.com/a.git", token: { env: "OWN" } },
    "https://other.example.com/a.git",
    "OWN",
  ],
  ["a path", { remote: "ledger.git" }, "/project/ledger.git", undefined],
])("of a ledger at %s", (_, place, remote, token) => {
  const found = gitPlace(parts, { ref: "refs/lateen/latest", insecure: false, ...place }, "promote.ledger.remote");
  expect({ remote: found.remote, reveal: found.token?.reveal() }).toEqual({ remote, reveal: token });
});
