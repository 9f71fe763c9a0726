/** Shells that completion is written for. */
export type Shell = "bash" | "zsh" | "fish" | "powershell";

/** The script that a shell reads; it asks the program itself, so that it never grows old. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `_lateen() {
  local line
  COMPREPLY=()
  # A colon is a word break of bash, and images have colons.
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  while IFS=$'\\t' read -r line _; do
    [ -n "$line" ] && COMPREPLY+=("$line")
  done < <(lateen __complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _lateen lateen`,
  zsh: `#compdef lateen
_lateen() {
  local -a found
  local value about
  while IFS=$'\\t' read -r value about; do
    [[ -n $value ]] && found+=("\${value//:/\\\\:}:$about")
  done < <(lateen __complete -- "\${(@)words[2,$CURRENT]}" 2>/dev/null)
  _describe 'lateen' found || _files
}
compdef _lateen lateen`,
  fish: `function __lateen_complete
  set -l words (commandline -opc)
  lateen __complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c lateen -a '(__lateen_complete)'`,
  powershell: `Register-ArgumentCompleter -Native -CommandName lateen -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $words += '""' }
  lateen __complete -- @words 2>$null | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    if ($value) {
      if (-not $about) { $about = $value }
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
  }
}`,
};
