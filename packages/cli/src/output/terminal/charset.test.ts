import { expect, test } from "vitest";
import { inAscii, showsUtf8 } from "./charset.ts";

test.each<[Record<string, string>, boolean]>([
  [{ LANG: "en_US.UTF-8" }, true],
  [{ LC_ALL: "C.utf8" }, true],
  [{ LC_ALL: "C", LANG: "en_US.UTF-8" }, false],
  [{ LC_ALL: "", LC_CTYPE: "de_DE.ISO-8859-1", LANG: "de_DE.UTF-8" }, false],
  [{ LC_CTYPE: "UTF-8", LANG: "C" }, true],
  [{}, false],
  [{ SystemRoot: String.raw`C:\Windows` }, true],
])("%j shows UTF-8: %s", (env, shows) => {
  expect(showsUtf8(env)).toBe(shows);
});

test("every mark of ours has a spelling, and nothing else is left", () => {
  expect(inAscii("── ●○✗· a → b … é 🚢")).toBe("-- #ox. a -> b ... ? ?");
});
