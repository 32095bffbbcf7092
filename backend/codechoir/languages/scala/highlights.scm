; Captures for Scala. On one node the last pattern wins. The query of the wheel is not used: it takes long to compile.

; ---- names

(identifier) @variable
((identifier) @type
  (#match? @type "^[A-Z]"))
((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
(field_expression field: (identifier) @property)
((field_expression field: (identifier) @type)
  (#match? @type "^[A-Z]"))
((field_expression field: (identifier) @constant)
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
(package_clause (package_identifier (identifier) @module))
(import_declaration (identifier) @module)
((import_declaration (identifier) @type)
  (#match? @type "^[A-Z]"))
(class_parameter name: (identifier) @variable.parameter)
(parameter name: (identifier) @variable.parameter)
(binding name: (identifier) @variable.parameter)
(lambda_expression parameters: (identifier) @variable.parameter)
(self_type (identifier) @variable.builtin)
(val_definition pattern: (identifier) @variable)
(var_definition pattern: (identifier) @variable)
((val_definition pattern: (identifier) @constant)
  (#match? @constant "^[A-Z]"))
(assignment_expression left: (identifier) @variable)
(arguments (assignment_expression left: (identifier) @variable.parameter))
((identifier) @variable.builtin
  (#any-of? @variable.builtin "this" "super"))
(simple_enum_case name: (identifier) @constant)

; ---- functions

(function_definition name: (identifier) @function)
(function_declaration name: (identifier) @function)
(function_definition name: (operator_identifier) @operator)
(call_expression function: (identifier) @function)
((call_expression function: (identifier) @constructor)
  (#match? @constructor "^[A-Z]"))
(call_expression function: (field_expression field: (identifier) @function.method))
((call_expression function: (field_expression field: (identifier) @constructor))
  (#match? @constructor "^[A-Z]"))
(generic_function function: (identifier) @function)
((generic_function function: (identifier) @constructor)
  (#match? @constructor "^[A-Z]"))
(generic_function function: (field_expression field: (identifier) @function.method))
(infix_expression operator: (identifier) @function.method)
(postfix_expression (identifier) @function.method .)
(interpolated_string_expression interpolator: (identifier) @string)

; ---- types

(type_identifier) @type
(type_parameters name: (identifier) @type)
(covariant_type_parameter name: (identifier) @type)
(contravariant_type_parameter name: (identifier) @type)
(class_definition name: (identifier) @type)
(trait_definition name: (identifier) @type)
(object_definition name: (identifier) @type)
(enum_definition name: (identifier) @type)
(full_enum_case name: (identifier) @type)
(instance_expression (type_identifier) @constructor)
(instance_expression (generic_type type: (type_identifier) @constructor))
(case_class_pattern type: (type_identifier) @constructor)
(annotation name: (type_identifier) @attribute)
(annotation "@" @operator)

; ---- literals

[(comment) (block_comment) (using_directive)] @comment
((block_comment) @comment.documentation
  (#match? @comment.documentation "^/\\*\\*"))
[(string) (interpolated_string)] @string
(interpolated_string_expression) @none
(interpolated_string_expression (interpolated_string) @string)
(interpolation) @none
(interpolation "$" @punctuation.special)
(interpolation (block ["{" "}"] @punctuation.special))
(escape_sequence) @string.escape
(character_literal) @character
[(integer_literal) (floating_point_literal)] @number
[(boolean_literal) (null_literal)] @constant.builtin
(boolean_literal ["true" "false"] @constant.builtin)
(unit) @none

; ---- words and symbols

[
  "abstract" "case" "catch" "class" "def" "derives" "do" "else" "enum" "export" "extends" "extension" "final"
  "finally" "for" "given" "if" "implicit" "import" "lazy" "match" "new" "object" "override" "package" "private"
  "protected" "return" "sealed" "then" "throw" "trait" "try" "type" "using" "val" "var" "while" "with" "yield"
] @keyword
[(open_modifier) (inline_modifier) (infix_modifier) (opaque_modifier) (transparent_modifier)] @keyword
(end_marker) @keyword
(operator_identifier) @operator
["=" "=>" "<-" "<:" ">:" "@" "|" "*" "+" "-" "!" "~" "=>>" "#"] @operator
(wildcard) @variable.builtin
(namespace_wildcard) @operator
[":" "," "." ";"] @punctuation.delimiter
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
