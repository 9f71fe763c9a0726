/**
 * For fish 3 and later; as a file it belongs into `~/.config/fish/completions/lateen.fish`.
 *
 * fish shows what follows the tab as the description, quotes what has to be, and adds no space behind `:`, `=` and `,`.
 * Source: fish's documentation, "complete" and "commandline".
 */
export const fishScript: string = `# lateen completion for fish: lateen completion fish | source
function __lateen_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct | string replace -ra '["\\'\\\\\\\\]' '')
  set -l program $words[1]
  command -q $program; or set program lateen
  set -l found (command $program __complete -- $words[2..-1] "$typed" 2>/dev/null </dev/null)
  if test "$found" = ':files'
    __fish_complete_path (commandline -ct)
  else if set -q found[1]
    printf '%s\\n' $found
  end
end
complete -c lateen -f -k -a '(__lateen_complete)'`;
