import { bashScript } from "./bash-script.ts";
import { fishScript } from "./fish-script.ts";
import { powershellScript } from "./powershell-script.ts";
import type { Shell } from "./shells.ts";
import { zshScript } from "./zsh-script.ts";

/** The script that each shell reads; it asks the program itself, so that it never grows old. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};
