; Captures for Kotlin. On one node the last pattern wins. The wheel has no query of its own.

; ---- names

(identifier) @variable
((identifier) @type
  (#match? @type "^[A-Z]"))
((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
((identifier) @variable.builtin
  (#any-of? @variable.builtin "it" "field"))
(navigation_expression (identifier) @property .)
((navigation_expression (identifier) @type .)
  (#match? @type "^[A-Z]"))
((navigation_expression (identifier) @constant .)
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
(package_header (qualified_identifier (identifier) @module))
(import (qualified_identifier (identifier) @module))
((import (qualified_identifier (identifier) @type))
  (#match? @type "^[A-Z]"))
((import (identifier) @type)
  (#match? @type "^[A-Z]"))
(class_parameter (identifier) @property)
(parameter . (identifier) @variable.parameter)
(function_value_parameters (parameter (identifier) @variable.parameter))
(lambda_parameters (variable_declaration (identifier) @variable.parameter))
(value_argument (identifier) @variable.parameter . "=")
(catch_block (identifier) @variable.parameter)
(enum_entry (identifier) @constant)
(label) @label
(labeled_expression (label) (identifier) @label)
(return_expression label: (identifier) @label)
((label) @keyword
  (#match? @keyword "^(break|continue)@"))
(this_expression) @variable.builtin
(this_expression "this" @variable.builtin)
(super_expression "super" @variable.builtin)
(use_site_target) @attribute

; ---- functions

(function_declaration name: (identifier) @function)
(callable_reference (identifier) @function .)
(infix_expression (_) . (identifier) @function . (_))
((infix_expression (_) . (identifier) @keyword.operator . (_))
  (#any-of? @keyword.operator "and" "or" "xor" "shl" "shr" "ushr" "to" "until" "downTo" "step"))
(call_expression . (identifier) @function)
((call_expression . (identifier) @constructor)
  (#match? @constructor "^[A-Z]"))
(call_expression . (navigation_expression (identifier) @function.method .))
((call_expression . (navigation_expression (identifier) @constructor .))
  (#match? @constructor "^[A-Z]"))

; `!f(a)` is a call of `!f` to the grammar
(call_expression . (unary_expression (identifier) @function))
(call_expression . (unary_expression (navigation_expression (identifier) @function.method .)))

; `f<A>(b)` and `f<A> { b }` are calls with a type argument, which the grammar reads as two comparisons
(binary_expression
  left: (binary_expression left: (identifier) @function operator: "<" @punctuation.bracket right: (identifier) @type)
  operator: ">" @punctuation.bracket
  right: [(parenthesized_expression) (lambda_literal)])
(binary_expression
  left: (binary_expression
    left: (navigation_expression (identifier) @function.method .)
    operator: "<" @punctuation.bracket
    right: (identifier) @type)
  operator: ">" @punctuation.bracket
  right: [(parenthesized_expression) (lambda_literal)])
((binary_expression
    left: (binary_expression left: (identifier) @constructor operator: "<" right: (identifier))
    operator: ">"
    right: [(parenthesized_expression) (lambda_literal)])
  (#match? @constructor "^[A-Z]"))

; ---- types

(user_type (identifier) @type)
(type_parameter (identifier) @type)
(type_constraint (identifier) @type)
(class_declaration name: (identifier) @type)
(object_declaration name: (identifier) @type)
(companion_object name: (identifier) @type)
(type_alias type: (identifier) @type)
(enum_entry (identifier) @constant)

; ---- annotations

(annotation (user_type (identifier) @attribute))
(annotation (constructor_invocation (user_type (identifier) @attribute)))
(file_annotation (user_type (identifier) @attribute))
(file_annotation (constructor_invocation (user_type (identifier) @attribute)))
(annotation "@" @operator)

; ---- literals

(line_comment) @comment
(block_comment) @comment
(shebang) @comment
((block_comment) @comment.documentation
  (#match? @comment.documentation "^/\\*\\*"))
[(string_literal) (multiline_string_literal)] @string
(character_literal) @character
(escape_sequence) @string.escape
[(number_literal) (float_literal)] @number
((identifier) @constant.builtin
  (#any-of? @constant.builtin "true" "false" "null"))
(interpolation ["$" "${" "}"] @punctuation.special)
(interpolation) @none

; ---- words and symbols

((identifier) @keyword
  (#any-of? @keyword "break" "continue"))
((navigation_expression "::" (identifier) @keyword .)
  (#eq? @keyword "class"))
[
  (class_modifier) (function_modifier) (inheritance_modifier) (member_modifier) (parameter_modifier)
  (platform_modifier) (property_modifier) (reification_modifier) (variance_modifier) (visibility_modifier)
] @keyword
["is" "!is" "!in"] @keyword.operator
(in_expression "in" @keyword.operator)
(range_test "in" @keyword.operator)
(for_statement "in" @keyword)
["as" "as?" "return@" "this@" "super@"] @keyword
(type_arguments ["<" ">"] @punctuation.bracket)
(type_parameters ["<" ">"] @punctuation.bracket)
(annotated_lambda (label) @label)

; ---- languages inside

; In a string on one line the grammar does not see the name after `$`, in one on several lines it does.
(string_literal
  (string_content) @punctuation.special
  .
  (string_content) @injection.kotlin_template
  (#eq? @punctuation.special "$")
  (#match? @injection.kotlin_template "^[A-Za-z_]"))
