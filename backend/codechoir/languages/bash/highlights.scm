; Captures for Bash and related shells. On one node the last pattern wins: these follow those of the wheel.

; ---- names

(variable_name) @variable
(variable_assignment name: (variable_name) @variable)
(special_variable_name) @variable.builtin
((variable_name) @constant
  (#match? @constant "^[A-Z][A-Z0-9_]*$"))
(simple_expansion "$" @operator)
(simple_expansion (variable_name) @variable)
(expansion "${" @punctuation.special "}" @punctuation.special)
(command_substitution ["$(" "`" ")"] @punctuation.special)
(arithmetic_expansion ["$((" "))" "((" "$["] @punctuation.special)
(process_substitution ["<(" ">(" ")"] @punctuation.special)
(string (simple_expansion) @embedded)
(string (expansion) @embedded)
(string (command_substitution) @embedded)
(string (arithmetic_expansion) @embedded)
(heredoc_body (simple_expansion) @embedded)
(heredoc_body (expansion) @embedded)
(heredoc_body (command_substitution) @embedded)

(function_definition name: (word) @function)
(command_name) @function
(command_name (word) @function)
((command_name (word) @function.builtin)
  (#any-of? @function.builtin
    "." ":" "[" "alias" "bg" "bind" "builtin" "caller" "cd" "command" "compgen" "complete" "dirs" "disown" "echo"
    "enable" "eval" "exec" "false" "fc" "fg" "getopts" "hash" "help" "history" "jobs" "kill" "let" "logout" "mapfile"
    "popd" "printf" "pushd" "pwd" "read" "readarray" "set" "shift" "shopt" "source" "suspend" "test" "times" "trap"
    "true" "type" "ulimit" "umask" "unalias" "wait"))
((command_name (word) @keyword)
  (#any-of? @keyword "break" "continue" "exit" "return"))

; ---- words of commands

(command argument: (word) @string)
((command argument: (word) @variable.parameter)
  (#match? @variable.parameter "^--?[A-Za-z]"))
(command argument: (concatenation (word) @string))
((command argument: (concatenation . (word) @variable.parameter))
  (#match? @variable.parameter "^--?[A-Za-z]"))
(file_redirect destination: (word) @string)
(file_redirect destination: (concatenation (word) @string))
(variable_assignment value: (word) @string)
(variable_assignment value: (concatenation (word) @string))
(array (word) @string)
(array (concatenation (word) @string))
((array (concatenation . (word) @punctuation.bracket . (_) . (word) @punctuation.bracket . (word) @_value))
  (#any-of? @punctuation.bracket "[" "]") (#match? @_value "^[+]?="))
(for_statement value: (word) @string)
(case_item value: (word) @string)
(case_item value: (extglob_pattern) @string.special)
(case_statement value: (word) @string)
(declaration_command (word) @variable.parameter)
(unset_command (word) @variable)
(herestring_redirect (word) @string)
(binary_expression (word) @string)
(unary_expression (word) @string)
(test_command (word) @string)
(c_style_for_statement (binary_expression (word) @variable))
(expansion (word) @string)
(subscript (word) @string)
(extglob_pattern) @string.special
(regex) @string.regexp
(expansion (regex) @string.special)
(brace_expression) @none

((word) @number
  (#match? @number "^[0-9]+$"))
(number) @number
(file_descriptor) @number
(test_operator) @operator

; ---- literals

(string) @string
(raw_string) @string
(ansi_c_string) @string
(translated_string) @string
(heredoc_start) @string.special
(heredoc_body) @string
(heredoc_content) @string
(heredoc_end) @string.special

; ---- keywords and symbols

[
  "case" "do" "done" "elif" "else" "esac" "export" "declare" "fi" "for" "function" "if" "in" "local" "readonly"
  "select" "then" "typeset" "unset" "unsetenv" "until" "while"
] @keyword
["!" "&&" "||" "|" "|&" "&" "=" "+=" "==" "!=" "=~" ">" ">>" "<" "<<" "<<-" "<<<" "&>" "&>>" ">&" "<&" ">|"] @operator
[";;" ";&" ";;&" ";"] @punctuation.delimiter
(expansion operator: _ @operator)
["((" "))"] @punctuation.bracket
(test_command ["[" "]" "[[" "]]"] @punctuation.bracket)
