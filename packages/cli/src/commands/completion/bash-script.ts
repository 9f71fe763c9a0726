/**
 * For bash 3.2 (macOS) and later.
 *
 * bash cuts words at `:` and `=` (`COMP_WORDBREAKS`), so the words are put together again first, and what is before the last such
 * character is taken off the candidates. It has no place for what a candidate means but the list itself: there, and only there, the
 * meaning is added, since elsewhere it would get into the line. Source: bash(1), "Programmable Completion", `COMP_TYPE`.
 */
export const bashScript: string = `# lateen completion for bash: eval "$(lateen completion bash)"
_lateen() {
  local program=\${1/#\\~\\//$HOME/} rest=\${COMP_LINE:0:COMP_POINT} word spaces i
  type -P "$program" >/dev/null || program=lateen
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    spaces=\${rest%%[![:space:]]*}
    rest=\${rest#"$spaces"}
    [[ $rest == "$word"* ]] || word=$rest
    rest=\${rest#"$word"}
    if [[ $i -eq 0 || -n $spaces ]]; then words+=("$word"); else words[\${#words[@]}-1]+=$word; fi
  done

  local typed=\${words[\${#words[@]}-1]} quote="" cut="" upto break
  case $typed in \\"* | \\'*) quote=\${typed:0:1} ;; esac
  for break in : = @; do
    [[ -z $quote && $COMP_WORDBREAKS == *"$break"* && $typed == *"$break"* ]] || continue
    upto=\${typed%"\${typed##*"$break"}"}
    ((\${#upto} > \${#cut})) && cut=$upto
  done
  for ((i = 0; i < \${#words[@]}; i++)); do
    word=\${words[i]//[\\"\\'\\\\]/}
    words[i]=$word
  done

  local value about files="" list=""
  local -a values=() abouts=()
  while IFS=$'\\t' read -r value about; do
    if [[ $value == :files ]]; then files=1; continue; fi
    [[ -n $value ]] || continue
    values+=("$value")
    abouts+=("$about")
  done < <("$program" __complete -- "\${words[@]:1}" 2>/dev/null </dev/null)

  COMPREPLY=()
  if ((\${#values[@]} == 0)); then
    [[ -n $files ]] || return 0
    compopt -o default 2>/dev/null && return 0
    while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "\${words[\${#words[@]}-1]}")
    return 0
  fi
  compopt -o nosort 2>/dev/null
  if ((\${#values[@]} == 1)); then
    [[ \${values[0]} != *[:=,] ]] || compopt -o nospace 2>/dev/null
  elif [[ \${COMP_TYPE:-9} == 63 || \${COMP_TYPE:-9} == 33 ]]; then
    list=1
  fi
  cut=\${cut//[\\"\\'\\\\]/}
  for ((i = 0; i < \${#values[@]}; i++)); do
    value=\${values[i]#"$cut"}
    case $quote in
      \\") value=\${value//\\\\/\\\\\\\\} value=\${value//\\"/\\\\\\"} value=\${value//\\$/\\\\\\$} value=\${value//\\\`/\\\\\\\`} ;;
      \\') value=\${value//\\'/\\'\\\\\\'\\'} ;;
      *) [[ $value != *[!A-Za-z0-9_./:=@,+-]* ]] || printf -v value %q "$value" ;;
    esac
    [[ -z $list || -z \${abouts[i]} ]] || value="$value  (\${abouts[i]})"
    COMPREPLY+=("$value")
  done
}
complete -F _lateen lateen`;
