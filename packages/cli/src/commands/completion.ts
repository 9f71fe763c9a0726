import { usageError } from "../io/arguments.ts";
import { didYouMean } from "../suggest.ts";
import type { Command } from "./command.ts";

/** `lateen completion SHELL`. */
export const completion: Command = {
  about: "The script that makes a shell complete commands, options, commits, images and tenants.",
  positionals: { usage: "bash|zsh|fish|powershell", least: 1, most: 1 },
  examples: [
    ['eval "$(lateen completion bash)"', "in ~/.bashrc; the same with zsh in ~/.zshrc"],
    ["lateen completion fish | source", "in config.fish"],
    ["lateen completion powershell | Out-String | Invoke-Expression", "in the profile"],
  ],
  async run({ args }) {
    const { completionScripts } = await import("../complete/scripts.ts");
    const [, shell = ""] = args.positionals;
    const script = Object.entries(completionScripts).find(([name]) => name === shell)?.[1];
    if (script === undefined)
      throw usageError(
        `there is no completion for ${JSON.stringify(shell)}${didYouMean(shell, Object.keys(completionScripts))}`,
        "use bash, zsh, fish or powershell",
      );
    return { outcome: "ok", document: {}, answer: script };
  },
};
