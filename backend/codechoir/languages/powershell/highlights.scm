; Captures for PowerShell. On one node the last pattern wins: these follow those of the wheel.

; ---- names

(variable) @variable
((variable) @variable.builtin
  (#match? @variable.builtin "^\\$(_|this|args|input|PSItem|PSScriptRoot|MyInvocation|Error|Host|\\?|\\^|\\$)$"))
((variable) @constant.builtin
  (#match? @constant.builtin "^\\$([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Nn][Uu][Ll][Ll])$"))
(script_parameter (variable) @variable.parameter)
(class_method_parameter (variable) @variable.parameter)
(class_property_definition (variable) @property)
(member_name (simple_name) @property)
(member_access (member_name) @property)
(member_access (member_name (simple_name) @property))
(key_expression (simple_name) @property)
(hash_entry (key_expression) @property)
(hash_entry (key_expression (unary_expression)) @none)
(attribute_argument (simple_name) @variable.parameter)
(enum_member (simple_name) @constant)
(label) @label
(label_expression) @label

; ---- functions and commands

(function_name) @function
(command_name) @function
(command_name_expr) @none
(command_name_expr (command_name) @function)
(path_command_name (variable) @variable)
(path_command_name_token) @string
(command_parameter) @property
(generic_token) @string
(invocation_expression (member_name) @function.method)
(invocation_expression (member_name (simple_name) @function.method))
(class_method_definition (simple_name) @function.method)
((command command_name: (command_name) @number)
  (#match? @number "^[0-9]"))

; ---- types

(type_spec) @none
(type_identifier) @type
(type_name "." @punctuation.delimiter)
(class_statement (simple_name) @type)
(enum_statement (simple_name) @type)
(attribute_name (type_spec (type_name (type_identifier) @attribute)))
(class_method_base_ctor "base" @keyword)

; ---- literals

(string_literal) @none
[(expandable_string_literal) (expandable_here_string_literal)] @string
[(verbatim_string_characters) (verbatim_here_string_characters)] @string
(escape_character) @string.escape
(integer_literal) @number
(real_literal) @number
(sub_expression) @none
(sub_expression ["$(" ")"] @punctuation.special)
(expandable_bareword) @none

; ---- words and symbols

[
  "begin" "break" "catch" "continue" "data" "do" "dynamicparam" "else" "elseif" "end" "exit" "filter" "finally"
  "for" "foreach" "function" "if" "in" "param" "process" "return" "switch" "throw" "trap" "try" "until" "while"
  "using" "module" "namespace" "static"
] @keyword
(block_name) @keyword
(class_attribute) @keyword
((switch_clause_condition) @keyword
  (#match? @keyword "^[Dd][Ee][Ff][Aa][Uu][Ll][Tt]$"))
(comparison_operator) @keyword.operator
(format_operator) @keyword.operator
["-and" "-or" "-xor" "-not" "-band" "-bor" "-bxor" "-bnot" "-join" "-split"] @keyword.operator
(assignment_operator) @operator
(command_invocation_operator) @operator
(pipeline_chain_tail) @operator
(file_redirection_operator) @operator
(merging_redirection_operator) @operator
"|" @operator
["@(" "@{" "$("] @punctuation.bracket
["," ";"] @punctuation.delimiter
"::" @punctuation.delimiter
