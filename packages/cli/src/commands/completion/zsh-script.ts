/**
 * For zsh 5 and later, in `~/.zshrc` after `compinit`, or as a file `_lateen` in `$fpath`.
 *
 * Words are unquoted for the program and quoted again by zsh itself. Candidates keep their order; those that continue (`gate=`) get no
 * space. Source: zshcompsys(1), `_describe`; zshcompwid(1), `PREFIX`.
 */
export const zshScript: string = `#compdef lateen
# lateen completion for zsh: eval "$(lateen completion zsh)"
_lateen() {
  local program=\${(Q)words[1]} value about shown files=""
  local -a plain open
  whence -p -- "$program" >/dev/null || program=lateen
  while IFS=$'\\t' read -r value about; do
    if [[ $value == :files ]]; then files=1; continue; fi
    [[ -n $value ]] || continue
    shown=\${\${value//\\\\/\\\\\\\\}//:/\\\\:}\${about:+:\${about//\\\\/\\\\\\\\}}
    if [[ $value == *[:=,] ]]; then open+=("$shown"); else plain+=("$shown"); fi
  done < <("$program" __complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)
  if (( $#plain + $#open == 0 )); then
    [[ -n $files ]] && _files
    return
  fi
  local result=1
  (( $#plain )) && _describe -V lateen plain && result=0
  (( $#open )) && _describe -V lateen open -S '' && result=0
  return result
}
# Loaded from $fpath it is the function itself that is asked for.
if [[ $funcstack[1] == _lateen ]]; then _lateen "$@"; else compdef _lateen lateen; fi`;
