import { expect, test } from "vitest";
import { gitCertificates } from "./git-certificates.ts";

test("git keeps its own store as long as NODE_EXTRA_CA_CERTS names nothing", () => {
  expect(gitCertificates(() => [])).toBeUndefined();
});

test("git is given what it names, with everything else that is trusted, each once", () => {
  const stores: Readonly<Record<string, string[]>> = {
    extra: ["own"],
    default: ["root", "own"],
    system: ["root", "machine"],
  };
  expect(gitCertificates((type = "default") => stores[type] ?? [])).toBe("root\nown\nmachine");
});
