; Roles of tokens in Dockerfiles.

"=" @role.assignment
(label_pair "=" @role.assignment)
(param) @role.flag
(mount_param) @role.flag
(line_continuation) @role.continuation
(expansion "$" @role.expansion)
(expansion "{" @role.expansion.open "}" @role.expansion.close)
(expansion_operator) @role.expansion.operator
(json_string_array "[" @role.list.open "]" @role.list.close)
(json_string_array "," @role.separator)
(user_instruction ":" @role.mapping)
(heredoc_marker) @role.heredoc
(heredoc_content) @role.heredoc.body
(heredoc_end) @role.heredoc.end
