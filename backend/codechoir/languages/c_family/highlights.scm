; Captures for C and C++. On one node the last pattern wins: these follow those of the wheel.

; ---- names

((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z\\d_]+$"))
(preproc_def name: (identifier) @constant)
(enumerator name: (identifier) @constant)
(parameter_declaration declarator: (identifier) @variable.parameter)
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @variable.parameter))
(parameter_declaration
  declarator: (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @variable.parameter)))
(parameter_declaration declarator: (array_declarator declarator: (identifier) @variable.parameter))
(preproc_params (identifier) @variable.parameter)
(statement_identifier) @label
(field_designator (field_identifier) @property)

(call_expression function: (identifier) @function)
(call_expression function: (field_expression field: (field_identifier) @function.method))
(function_declarator declarator: (identifier) @function)
(function_declarator declarator: (parenthesized_declarator (pointer_declarator (identifier) @function)))
(function_declarator declarator: (parenthesized_declarator (pointer_declarator (field_identifier) @function)))
(function_declarator declarator: (field_identifier) @function.method)
(preproc_function_def name: (identifier) @function.macro)

; ---- types

(primitive_type) @type.builtin
(sized_type_specifier) @type.builtin
(sized_type_specifier ["short" "long" "signed" "unsigned"] @type.builtin)

; ---- literals

(string_literal) @string
(char_literal) @character
(escape_sequence) @string.escape
(number_literal) @number
[(true) (false) (null)] @constant.builtin
(null "NULL" @constant.builtin)

; ---- words and symbols

[
  "sizeof" "offsetof" "alignof" "_Alignof" "__alignof__"
] @keyword.operator
["register" "restrict" "inline" "goto" "_Generic" "thread_local"] @keyword
(storage_class_specifier) @keyword
(type_qualifier) @keyword
(preproc_directive) @keyword
["#elifdef" "#elifndef" "defined"] @keyword
(preproc_defined "defined" @keyword)
(conditional_expression ["?" ":"] @operator)
(attribute_declaration ["[[" "]]"] @punctuation.bracket)
