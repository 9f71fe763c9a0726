import { didYouMean } from "../../config/suggest.ts";
import type { Command } from "../command.ts";
import { usageError } from "../../config/errors.ts";

/** `lateen completion SHELL`. */
export const completion: Command = {
  about:
    "The script that makes a shell complete commands, options and names with what they mean: commits of the local clone, configured images, targets, checks and environments, tenants of the last rollout. It opens no secret, sends nothing and runs no lateen.ts or .js.",
  positionals: { usage: "bash|zsh|fish|powershell", least: 1, most: 1 },
  examples: [
    ['eval "$(lateen completion bash)"', "in ~/.bashrc; the second TAB lists what candidates mean"],
    ['eval "$(lateen completion zsh)"', "in ~/.zshrc, after compinit"],
    ["lateen completion fish | source", "in ~/.config/fish/config.fish"],
    ["lateen completion powershell | Out-String | Invoke-Expression", "in $PROFILE"],
  ],
  async run({ args }) {
    const { completionScripts } = await import("./scripts.ts");
    const [, shell = ""] = args.positionals;
    const script = Object.entries(completionScripts).find(([name]) => name === shell)?.[1];
    if (script === undefined)
      throw usageError(
        `there is no completion for ${JSON.stringify(shell)}${didYouMean(shell, Object.keys(completionScripts))}`,
        "use bash, zsh, fish or powershell",
      );
    return { outcome: "ok", document: {}, answer: script, verbatim: true };
  },
};
