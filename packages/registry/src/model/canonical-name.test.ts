import { parseImageRef } from "@lateen/kernel";
import { expect, test } from "vitest";
import { canonicalRef } from "./canonical-name.ts";

test.each([
  ["docker.io/alpine:3", "docker.io/library/alpine"],
  ["index.docker.io/alpine:3", "docker.io/library/alpine"],
  ["registry-1.docker.io/acme/platform:3", "docker.io/acme/platform"],
  ["docker.io/library/alpine:3", "docker.io/library/alpine"],
  ["ghcr.io/alpine:3", "ghcr.io/alpine"],
  ["notdocker.io/alpine:3", "notdocker.io/alpine"],
])("%s is %s", (text, repository) => {
  const ref = canonicalRef(parseImageRef(text));
  expect({ repository: ref.repository, host: ref.host, path: ref.path, tag: ref.tag }).toEqual({
    repository,
    host: repository.split("/")[0],
    path: repository.split("/").slice(1).join("/"),
    tag: "3",
  });
});
