// The completion script for bash.

/**
 * Our own script: the one of @bomb.sh/tab runs `eval` on typed words and on proposals, so that the key executes a
 * `$(…)` in either. It also needs the package bash-completion, and reports an error when it is read twice. For bash 3.2
 * and later.
 */
export const BASH_COMPLETION = `# bash completion for ecr-xacct
__ecr_xacct_complete() {
  local line word tab=$'\\t' words=()
  # bash makes three words of --option=value.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ \${#words[@]} -gt 0 && ( $word == = || \${words[\${#words[@]}-1]} == *= ) ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
  done
  COMPREPLY=()
  while IFS= read -r line; do
    # The last line, a colon and a number, is for other shells.
    [[ $line == :* ]] || COMPREPLY+=("\${line%%"$tab"*}")
  done < <(ecr-xacct complete -- "\${words[@]}" 2>/dev/null)
}
complete -F __ecr_xacct_complete ecr-xacct
`;
