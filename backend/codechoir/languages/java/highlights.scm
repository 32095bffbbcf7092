; Captures for Java. On one node the last pattern wins: these follow those of the wheel.

; ---- names

((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z\\d_]+$"))
(package_declaration (identifier) @module)
(package_declaration (scoped_identifier (identifier) @module))
(package_declaration (scoped_identifier (scoped_identifier (identifier) @module)))
((scoped_identifier name: (identifier) @type)
  (#match? @type "^[A-Z]"))
((scoped_identifier scope: (identifier) @type)
  (#match? @type "^[A-Z]"))
((import_declaration "static" (scoped_identifier name: (identifier) @constant))
  (#match? @constant "^_*[A-Z][A-Z\\d_]+$"))
((scoped_type_identifier (type_identifier) @module)
  (#match? @module "^[a-z]"))
(formal_parameter name: (identifier) @variable.parameter)
(spread_parameter (variable_declarator name: (identifier) @variable.parameter))
(catch_formal_parameter name: (identifier) @variable.parameter)
(lambda_expression parameters: (identifier) @variable.parameter)
(inferred_parameters (identifier) @variable.parameter)
(field_access field: (identifier) @property)
((field_access field: (identifier) @constant)
  (#match? @constant "^_*[A-Z][A-Z\\d_]+$"))
((field_access field: (identifier) @type)
  (#match? @type "^[A-Z]+[a-z]"))
(enum_constant name: (identifier) @constant)
(element_value_pair key: (identifier) @property)
(labeled_statement . (identifier) @label)
(break_statement (identifier) @label)
(continue_statement (identifier) @label)

(method_declaration name: (identifier) @function.method)
(annotation_type_element_declaration name: (identifier) @function.method)
(method_invocation name: (identifier) @function.method)
(method_reference (identifier) @function.method .)
(method_reference "new" @keyword)
(annotation name: (identifier) @attribute)
(marker_annotation name: (identifier) @attribute)
(annotation name: (scoped_identifier name: (identifier) @attribute))
(marker_annotation name: (scoped_identifier name: (identifier) @attribute))
(super) @variable.builtin
(this) @variable.builtin
(underscore_pattern) @variable.builtin

; ---- types

(record_declaration name: (identifier) @type)
(annotation_type_declaration name: (identifier) @type)
(compact_constructor_declaration name: (identifier) @type)
(record_pattern (identifier) @type)
(type_pattern (_) (identifier) @variable)
((method_reference . (identifier) @type)
  (#match? @type "^[A-Z]"))

; ---- literals

(binary_integer_literal) @number
(character_literal) @character
(escape_sequence) @string.escape
(string_interpolation "\\{" @punctuation.special "}" @punctuation.special) @embedded
((block_comment) @comment.documentation
  (#match? @comment.documentation "^/\\*\\*[^*/]"))

; ---- words and symbols

((type_identifier) @keyword
  (#eq? @keyword "var"))
(wildcard (super) @keyword)
(type_arguments ["<" ">"] @punctuation.bracket)
(type_parameters ["<" ">"] @punctuation.bracket)
"instanceof" @keyword.operator
"@interface" @keyword
(asterisk) @operator
(wildcard "?" @operator)
(ternary_expression ["?" ":"] @operator)
(method_reference "::" @operator)
