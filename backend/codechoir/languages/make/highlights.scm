; Captures for Makefiles. On one node the last pattern wins: these follow those of the wheel.

(comment) @comment
(word) @string
(variable_assignment name: (word) @variable)
(shell_assignment name: (word) @variable)
(define_directive name: (word) @function)
(undefine_directive variable: (word) @variable)
(variable_reference (word) @variable)
(variable_reference "$$" @punctuation.special)
(substitution_reference text: (word) @variable)
(ifdef_directive variable: (_) @variable)
(ifndef_directive variable: (_) @variable)
(export_directive variables: (list (word) @variable))
(unexport_directive variables: (list (word) @variable))
(targets (word) @function)
(prerequisites (word) @function)
((targets (word) @keyword)
  (#match? @keyword "^\\.[A-Z_]+$"))
(pattern_list (word) @function)
(automatic_variable) @variable.builtin
[(text) (raw_text) (string)] @string
(escape) @string.escape
((escape) @punctuation.special (#eq? @punctuation.special "$$"))
[(function_call) (shell_function) (substitution_reference) (variable_reference)] @none
["$" "(" ")" "{" "}"] @punctuation.special
(function_call function: _ @function.builtin)
(shell_function "shell" @function.builtin)
(substitution_reference [":" "="] @operator)
(arguments "," @punctuation.delimiter)
((function_call function: _ @_call (arguments . argument: (text) @function))
  (#eq? @_call "call")
  (#match? @function "^[^,$ ]+$"))
["ifeq" "ifneq" "ifdef" "ifndef" "else" "endif" "include" "sinclude" "-include"] @keyword
(recipe_line ["@" "-" "+"] @operator)
(rule "|" @operator)
[":" "::" "&:"] @operator
(shell_assignment "!=" @operator)

; ---- languages inside

(recipe_line) @injection.bash
(shell_command) @injection.bash
