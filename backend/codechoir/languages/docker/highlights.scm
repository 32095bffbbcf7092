; Captures for Dockerfiles. On one node the last pattern wins: these follow those of the wheel.

(comment) @comment
(line_continuation) @punctuation.special
[(param) (mount_param)] @property
[(image_spec) (path) (unquoted_string)] @string
(image_spec (image_name) @string)
(image_spec (image_tag) @string)
(image_spec (image_digest) @string)
(image_tag ":" @string)
(image_digest "@" @string)
(image_alias) @label
(arg_pair name: (unquoted_string) @variable)
(env_pair name: (unquoted_string) @variable)
(label_pair key: (_) @property)
(expansion) @none
(variable) @variable
(expansion_modifier) @operator
(expose_port) @number
(heredoc_block) @none
(heredoc_content) @string
(heredoc_marker) @string.special
(heredoc_end) @string.special
(user_instruction ":" @operator)
["[" "]" "{" "}"] @punctuation.bracket
"," @punctuation.delimiter
"=" @operator
"NONE" @constant.builtin

; ---- languages inside

(shell_command) @injection.bash
(run_instruction (heredoc_block (heredoc_content) @injection.bash))
((run_instruction (shell_command) @_program (heredoc_block (heredoc_content) @injection.python))
  (#match? @_program "^ *python"))
