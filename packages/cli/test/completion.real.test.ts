import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder, type Folder } from "./folder.ts";
import { bundledBin } from "./bundled-programs.ts";

// bash is everywhere, and completion.test.ts runs it.
const { LATEEN_REAL_FISH: fish = "", LATEEN_REAL_ZSH: zsh = "" } = process.env;

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write(
    "lateen.yaml",
    `release: { candidate: "staging-{sha7}", images: ["ghcr.io/acme/platform"] }
gate: { checks: ["CI / all (push)"] }
promote: { tags: [latest] }
`,
  );
});
afterAll(() => folder.remove());

const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, {
    cwd: folder.path,
    encoding: "utf8",
    env: { PATH: `${bundledBin}:${process.env["PATH"]}`, HOME: folder.path, TERM: "dumb" },
  });

describe.skipIf(fish === "")("fish", () => {
  const ask = (line: string): readonly string[] => {
    const script = "lateen completion fish | source; complete -C $argv[1]";
    return run(fish, "--no-config", "-c", script, line).trimEnd().split("\n");
  };

  test.each<[string, readonly string[]]>([
    [
      "lateen roll",
      ["rollout\troll the fleet to a release", "rollback\tpromote an older release on purpose, fleet included"],
    ],
    ["lateen inspect ", ["ghcr.io/acme/platform:\tan image of the configuration"]],
    ["lateen gate --output=nd", ["--output=ndjson"]],
    ["lateen gate --override CI", ["CI / all (push)=\ta check that the gate wants"]],
    ["lateen report lat", ["lateen.yaml"]],
    ["lateen inspect nothing", [""]],
  ])("completes %j", (line, expected) => {
    expect(ask(line)).toEqual(expected);
  });
});

describe.skipIf(zsh === "")(
  "zsh",
  () => {
    /** The line after a TAB, as an interactive shell of its own has it. */
    const complete = (line: string, setup = 'eval "$(lateen completion zsh)"'): string => {
      const script = `
zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell 'PS1= RPS1= ; unsetopt zle_bracketed_paste; autoload -Uz compinit; $2; compinit -D -u; $3'
zpty -w shell 'shown() { print -r -- "<\${BUFFER}>"; exit }; zle -N shown; bindkey "^X" shown; print ready-"now"'
zpty -r shell out "*ready-now*"
zpty -w -n shell "$1"$'\\t\\C-x'
zpty -r shell out "*<*>*"
print -r -- "$out"`;
      const [before = "", after = ""] = setup.startsWith("fpath") ? [setup, ":"] : [":", setup];
      const text = script.replace("$2", () => before).replace("$3", () => after);
      return /<([^>]*)>/.exec(run(zsh, "-f", "-c", text, "zsh", line))?.[1] ?? "";
    };

    test.each<[string, string]>([
      ["lateen rollb", "lateen rollback "],
      ["lateen insp", "lateen inspect "],
      ["lateen inspect gh", "lateen inspect ghcr.io/acme/platform:"],
      ["lateen gate --output=nd", "lateen gate --output=ndjson "],
      ["lateen gate --override CI", "lateen gate --override CI\\ /\\ all\\ \\(push\\)="],
      ["lateen gate --override 'CI", "lateen gate --override 'CI / all (push)="],
      ["lateen report lat", "lateen report lateen.yaml "],
    ])("completes %j", (line, expected) => {
      expect(complete(line)).toBe(expected);
    });

    test("finds the script in $fpath too", () => {
      folder.write("_lateen", run(`${bundledBin}/lateen`, "completion", "zsh"));
      expect(complete("lateen rollb", `fpath=(${folder.path} $fpath)`)).toBe("lateen rollback ");
    });
  },
  30_000,
);
