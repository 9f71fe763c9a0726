import { expect, test } from "vitest";
import { authFor, parseDockerConfig, serverUrl } from "./parse-docker-config.ts";

const auth = (text: string): string => Buffer.from(text).toString("base64");
const kept = (config: object, host: string): unknown => {
  const { stored, helper } = authFor(parseDockerConfig(JSON.stringify(config), "config.json"), host);
  if (stored === undefined) return helper;
  return stored.kind === "password"
    ? [stored.username, stored.password.reveal()]
    : [stored.kind, stored.token.reveal()];
};

test.each<[string, object, string, unknown]>([
  [
    "user and password; the password may hold colons",
    { auths: { "ghcr.io": { auth: auth("u:a:b:c") } } },
    "ghcr.io",
    ["u", "a:b:c"],
  ],
  ["user and password in the clear", { auths: { "ghcr.io": { username: "u", password: "p" } } }, "ghcr.io", ["u", "p"]],
  [
    "an identity token",
    { auths: { "ghcr.io": { auth: auth("u:"), identitytoken: "t" } } },
    "ghcr.io",
    ["identity", "t"],
  ],
  ["a registry token", { auths: { "ghcr.io": { registrytoken: "t" } } }, "ghcr.io", ["bearer", "t"]],
  ["a key with scheme and path", { auths: { "https://ghcr.io/v2/": { auth: auth("u:p") } } }, "ghcr.io", ["u", "p"]],
  [
    "Docker Hub's old address",
    { auths: { "https://index.docker.io/v1/": { auth: auth("u:p") } } },
    "docker.io",
    ["u", "p"],
  ],
  [
    "a part of a name is no match",
    { auths: { "notghcr.io": { auth: auth("u:p") }, "ghcr.io.evil.com": { auth: auth("u:p") } } },
    "ghcr.io",
    undefined,
  ],
  ["nor is another port", { auths: { "localhost:5000": { auth: auth("u:p") } } }, "localhost:5001", undefined],
  [
    "an entry of another host that is malformed",
    { auths: { "quay.io": 7, "ghcr.io": { auth: auth("u:p") } } },
    "ghcr.io",
    ["u", "p"],
  ],
  ["an entry that is null", { auths: { "ghcr.io": null } }, "ghcr.io", undefined],
  [
    "a key with a namespace belongs to no host",
    { auths: { "quay.io/acme": { auth: auth("u:p") } } },
    "quay.io",
    undefined,
  ],
  ["an entry that docker login left empty", { auths: { "ghcr.io": {} }, credsStore: "desktop" }, "ghcr.io", "desktop"],
  [
    "a helper for the host beats the store",
    { credHelpers: { "ghcr.io": "own" }, credsStore: "desktop" },
    "ghcr.io",
    "own",
  ],
  ["nothing", {}, "ghcr.io", undefined],
])("%s", (_name, config, host, wanted) => {
  expect(kept(config, host)).toEqual(wanted);
});

test.each<[string, unknown]>([
  ["acme/platform", ["all", "p"]],
  ["acme/tools/cli", ["tools", "p"]],
  ["acme/tools", ["tools", "p"]],
  ["acme/toolsmith", ["all", "p"]],
  ["other/x", ["host", "p"]],
])("podman's keys with a namespace: %s gets the longest match", (repository, wanted) => {
  const entry = (user: string) => ({ auth: auth(`${user}:p`) });
  const auths = { "quay.io": entry("host"), "quay.io/acme": entry("all"), "quay.io/acme/tools": entry("tools") };
  const { stored } = authFor(parseDockerConfig(JSON.stringify({ auths }), "auth.json"), "quay.io", repository);
  expect(stored?.kind === "password" ? [stored.username, stored.password.reveal()] : stored).toEqual(wanted);
});

test.each<[string, object]>([
  ["a number", { auths: { "ghcr.io": 7 } }],
  ["a string", { auths: { "ghcr.io": "s3cret" } }],
  ["a field of the wrong type", { auths: { "ghcr.io": { auth: { s3cret: 1 } } } }],
  ["an auth that is not user:password", { auths: { "ghcr.io": { auth: auth("s3cret") } } }],
])("an entry of this very host that is %s is named by its key, and nothing of it is repeated", (_name, config) => {
  const read = () => authFor(parseDockerConfig(JSON.stringify(config), "/x/config.json"), "ghcr.io");
  expect(read).toThrow(/^\/x\/config.json: the entry auths\["ghcr.io"\] is malformed$/);
});

test("a broken file is named, and nothing of it is repeated", () => {
  expect(() => parseDockerConfig('{"auths": s3cret', "/x/config.json")).toThrow(
    /^\/x\/config.json is not a docker configuration$/,
  );
  expect(serverUrl("docker.io")).toBe("https://index.docker.io/v1/");
});
