/// The shells that kern completes in. The scripts hold no list: they ask the tool, so they never go stale.
package enum Shell: String, CaseIterable, Sendable {
    case bash
    case zsh
    case fish

    /// The script that makes the shell call `TOOL --complete INDEX WORD...`.
    ///
    /// It answers one candidate a line, a tab and what it means; a line with only a tab asks for file names as well.
    package func completionScript(for tool: String) -> String {
        switch self {
        case .bash: bash(tool)
        case .zsh: zsh(tool)
        case .fish: fish(tool)
        }
    }

    /// Bash cuts words at `=` and `:` and leaves an opening quote in the word: both are repaired before asking.
    private func bash(_ tool: String) -> String {
        #"""
        # bash completion for \#(tool); made by: \#(tool) --completions bash
        _\#(tool)() {
            local line quote='' word words index candidate COMP_WORDBREAKS=$' \t\n"\'><;|&('
            if declare -F _get_comp_words_by_ref >/dev/null; then
                _get_comp_words_by_ref -n '=:' -w words -i index
            else
                words=("${COMP_WORDS[@]}") index=$COMP_CWORD
            fi
            word=${words[index]}
            case $word in [\'\"]*) quote=${word:0:1} words[index]=${word:1} ;; esac
            COMPREPLY=()
            while IFS= read -r line; do
                candidate=${line%%$'\t'*}
                if [[ -z $candidate ]]; then
                    compopt -o filenames 2>/dev/null
                    while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done \
                        < <(compgen -f -- "${words[index]}")
                elif [[ -z $quote && $candidate == *' '* ]]; then
                    COMPREPLY+=("'$candidate")
                else
                    COMPREPLY+=("$candidate")
                fi
            done < <(\#(tool) --complete "$index" "${words[@]}" 2>/dev/null)
            if [[ $word == *[=:]* && -z $quote ]]; then
                local cut=${word%"${word##*[=:]}"} i
                for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$cut"}; done
            fi
        }
        complete -F _\#(tool) \#(tool)

        """#
    }

    private func zsh(_ tool: String) -> String {
        #"""
        #compdef \#(tool)
        # zsh completion for \#(tool); made by: \#(tool) --completions zsh
        _\#(tool)() {
            local line tab=$'\t'
            local -a asked candidates
            asked=("${(@Q)words}")
            while IFS= read -r line; do
                if [[ -z ${line%%$tab*} ]]; then
                    _files
                else
                    candidates+=("${${line%%$tab*}//:/\\:}:${line#*$tab}")
                fi
            done < <(\#(tool) --complete $((CURRENT - 1)) "${asked[@]}" 2>/dev/null)
            (( $#candidates )) && _describe '\#(tool)' candidates
        }
        if [ "$funcstack[1]" = "_\#(tool)" ]; then _\#(tool) "$@"; else compdef _\#(tool) \#(tool); fi

        """#
    }

    private func fish(_ tool: String) -> String {
        #"""
        # fish completion for \#(tool); made by: \#(tool) --completions fish
        function __\#(tool)_complete
            set -l words (commandline -opc) (string unescape -- (commandline -ct); or echo '')
            for line in (\#(tool) --complete (math (count $words) - 1) $words 2>/dev/null)
                if string match -q \t'*' -- $line
                    __fish_complete_path (commandline -ct)
                else
                    echo $line
                end
            end
        end
        complete -c \#(tool) -f -a '(__\#(tool)_complete)'

        """#
    }
}
