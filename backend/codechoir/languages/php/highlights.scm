; Captures for PHP. On one node the last pattern wins: these follow those of the wheel.

; ---- names

(name) @constant
((name) @constructor
  (#match? @constructor "^_*[A-Z]+[a-z]"))
(variable_name) @variable
((variable_name) @variable.builtin
  (#any-of? @variable.builtin
    "$this" "$_GET" "$_POST" "$_SERVER" "$_COOKIE" "$_FILES" "$_ENV" "$_REQUEST" "$_SESSION" "$GLOBALS"))
(property_element (variable_name) @property)
(property_promotion_parameter name: (variable_name) @variable.parameter)
(simple_parameter name: (variable_name) @variable.parameter)
(variadic_parameter name: (variable_name) @variable.parameter)
(argument name: (name) @variable.parameter)
(member_access_expression name: (name) @property)
(nullsafe_member_access_expression name: (name) @property)
(scoped_property_access_expression name: (variable_name) @property)
(class_constant_access_expression (name) @constant .)
(class_constant_access_expression . (name) @type)
(const_element (name) @constant)
(enum_case name: (name) @constant)
(named_label_statement (name) @label)
(goto_statement (name) @label)
((class_constant_access_expression (name) @keyword .)
  (#eq? @keyword "class"))
(scoped_property_access_expression scope: (name) @type)
(relative_scope) @variable.builtin

(namespace_name (name) @module)
(namespace_use_clause (name) @type)
(namespace_use_clause (qualified_name (name) @type))
(namespace_use_clause alias: (name) @type)
(namespace_use_group (namespace_use_clause (name) @type))
(namespace_use_clause type: "function" (name) @function)
(namespace_use_clause type: "function" (qualified_name (name) @function))
(namespace_use_clause type: "function" alias: (name) @function)
(namespace_use_clause type: "const" (name) @constant)
(namespace_use_clause type: "const" (qualified_name (name) @constant))
(namespace_use_clause type: "const" alias: (name) @constant)
(namespace_use_declaration type: "function" (namespace_use_group (namespace_use_clause (name) @function)))
(namespace_use_declaration type: "const" (namespace_use_group (namespace_use_clause (name) @constant)))

(function_definition name: (name) @function)
(function_call_expression function: (name) @function)
(function_call_expression function: (qualified_name (name) @function))
(function_call_expression function: (variable_name) @function)
(function_call_expression function: (relative_name (name) @function))
((function_call_expression function: (name) @function.builtin)
  (#any-of? @function.builtin
    "array_filter" "array_key_exists" "array_keys" "array_map" "array_merge" "array_values" "compact" "count"
    "define" "die" "empty" "explode" "implode" "in_array" "is_array" "is_null" "is_string" "isset" "json_decode"
    "json_encode" "preg_match" "printf" "sprintf" "str_replace" "strlen" "substr" "trim" "unset" "var_dump"))
(method_declaration name: (name) @function.method)
(member_call_expression name: (name) @function.method)
(nullsafe_member_call_expression name: (name) @function.method)
(scoped_call_expression name: (name) @function.method)
(attribute (name) @attribute)
(attribute (qualified_name (name) @attribute))

; ---- types

(class_declaration name: (name) @type)
(interface_declaration name: (name) @type)
(trait_declaration name: (name) @type)
(enum_declaration name: (name) @type)
(base_clause (name) @type)
(base_clause (qualified_name (name) @type))
(class_interface_clause (name) @type)
(class_interface_clause (qualified_name (name) @type))
(use_declaration (name) @type)
(use_declaration (qualified_name (name) @type))
(use_instead_of_clause (name) @type)
(use_instead_of_clause (class_constant_access_expression (name) @function.method .))
(use_as_clause (name) @function.method)
(use_as_clause (class_constant_access_expression (name) @function.method .))
(named_type (name) @type)
(named_type (qualified_name (name) @type))
(object_creation_expression (name) @constructor)
(object_creation_expression (qualified_name (name) @constructor))
(scoped_call_expression scope: (name) @type)
(scoped_call_expression scope: (qualified_name (name) @type))
(binary_expression operator: "instanceof" right: (name) @type)
(primitive_type) @type.builtin
(bottom_type) @type.builtin
(cast_type) @type.builtin
(qualified_name prefix: (namespace_name (name) @module))

; ---- literals

(integer) @number
(float) @number
(boolean) @constant.builtin
(null) @constant.builtin
((name) @constant.builtin
  (#match? @constant.builtin "^__[A-Z]+__$"))
(string) @string
(encapsed_string) @string
(string_content) @string
(escape_sequence) @string.escape
(shell_command_expression) @string
(heredoc) @none
(nowdoc) @none
(heredoc "<<<" @operator)
(nowdoc "<<<" @operator)
(heredoc_start) @string.special
(heredoc_end) @string.special
(heredoc_body) @string
(nowdoc_body) @string
(encapsed_string (variable_name) @variable)
(encapsed_string ["{" "}"] @punctuation.special)
(encapsed_string (member_access_expression) @embedded)
(encapsed_string (nullsafe_member_access_expression) @embedded)
(encapsed_string (subscript_expression) @embedded)
(encapsed_string (member_call_expression) @embedded)
(encapsed_string (dynamic_variable_name) @embedded)
(shell_command_expression (variable_name) @variable)
(shell_command_expression ["{" "}"] @punctuation.special)
(shell_command_expression (member_access_expression) @embedded)
(shell_command_expression (nullsafe_member_access_expression) @embedded)
(shell_command_expression (subscript_expression) @embedded)
(shell_command_expression (member_call_expression) @embedded)
(shell_command_expression (dynamic_variable_name) @embedded)
(heredoc_body (variable_name) @variable)
(heredoc_body ["{" "}"] @punctuation.special)
(heredoc_body (member_access_expression) @embedded)
(heredoc_body (subscript_expression) @embedded)
(heredoc_body (member_call_expression) @embedded)
(heredoc_body (dynamic_variable_name) @embedded)
((comment) @comment.documentation
  (#match? @comment.documentation "^/\\*\\*[^*/]"))

; ---- words and symbols

(reference_modifier) @operator
(var_modifier) @keyword
["instanceof" "and" "or" "xor"] @keyword.operator
["insteadof" "unset" "goto" "declare" "print" "clone"] @keyword
(binary_expression operator: "." @operator)
(conditional_expression ["?" ":"] @operator)
(optional_type "?" @operator)
(argument_placeholder) @operator
(variadic_placeholder) @operator
"\\" @punctuation.delimiter
"#[" @punctuation.bracket

; ---- the page around the code

(text) @text.plain
(text) @injection.html
