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

    /// Bash cuts words at `=` and `:` and leaves an opening quote in the word: both are undone before asking, and of
    /// what comes back only the part after the last cut is offered.
    private func bash(_ tool: String) -> String {
        #"""
        # bash completion for \#(tool); made by: \#(tool) --completions bash
        _\#(tool)() {
            local line word candidate quote='' cut='' glue='' i index=0
            local -a words=()
            for ((i = 0; i <= COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                if ((i > 0)) && [[ $glue || $word == [=:]* ]]; then
                    words[index]+=$word
                else
                    ((i > 0)) && ((index++))
                    words[index]=$word
                fi
                [[ $word == *[=:] ]] && glue=yes || glue=''
            done
            word=${words[index]}
            case $word in [\'\"]*) quote=${word:0:1} word=${word:1} words[index]=$word ;; esac
            [[ -z $quote && $word == *[=:]* ]] && cut=${word%"${word##*[=:]}"}
            COMPREPLY=()
            while IFS= read -r line; do
                candidate=${line%%$'\t'*}
                if [[ -z $candidate ]]; then
                    compopt -o filenames 2>/dev/null
                    while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done \
                        < <(compgen -f -- "${word#"$cut"}")
                elif [[ -z $quote && $candidate == *' '* ]]; then
                    COMPREPLY+=("'$candidate")
                else
                    COMPREPLY+=("${candidate#"$cut"}")
                fi
            done < <(\#(tool) --complete "$index" "${words[@]}" 2>/dev/null)
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
            # A quote that is still open stays behind (Q).
            asked[CURRENT]=${asked[CURRENT]#[\'\"]}
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
