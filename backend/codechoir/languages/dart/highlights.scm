; Captures for Dart. On one node the last pattern wins. The query of the wheel is not used: it takes long to compile.

; ---- names

(identifier) @variable
((identifier) @type
  (#match? @type "^_?[A-Z]"))
((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
(unconditional_assignable_selector (identifier) @property)
(conditional_assignable_selector (identifier) @property)
(cascade_selector (identifier) @property)
((unconditional_assignable_selector (identifier) @type)
  (#match? @type "^[A-Z]"))
(formal_parameter name: (identifier) @variable.parameter)
(formal_parameter (identifier) @variable.parameter)
(constructor_param (identifier) @property)
(super_formal_parameter (identifier) @property)
(named_argument (label (identifier) @variable.parameter))
(enum_constant name: (identifier) @constant)
(initialized_identifier . (identifier) @variable)
(static_final_declaration . (identifier) @variable)
(catch_parameters (identifier) @variable.parameter)
(import_specification "as" (identifier) @module)
(combinator (identifier) @variable)
((combinator (identifier) @type)
  (#match? @type "^[A-Z]"))
(identifier_dollar_escaped) @variable

; ---- functions

(function_signature name: (identifier) @function)
(getter_signature name: (identifier) @property)
(setter_signature name: (identifier) @property)
(constructor_signature name: (identifier) @type)
(factory_constructor_signature (identifier) @type)
(constructor_signature name: (identifier) @type . "." . name: (identifier) @function.method)
(factory_constructor_signature (identifier) @type . "." . (identifier) @function.method)
((identifier) @function . (selector . (argument_part)))
((identifier) @constructor . (selector . (argument_part))
  (#match? @constructor "^_?[A-Z]"))
((selector (unconditional_assignable_selector (identifier) @function.method)) . (selector (argument_part)))
((selector (conditional_assignable_selector (identifier) @function.method)) . (selector (argument_part)))
((selector (unconditional_assignable_selector (identifier) @constructor)) . (selector (argument_part))
  (#match? @constructor "^[A-Z]"))
(cascade_section (cascade_selector (identifier) @function.method) . (argument_part))
(constructor_invocation "." . (identifier) @function.method)
(annotation name: (identifier) @attribute)
(annotation "@" @operator)
(operator_signature (binary_operator) @operator)

; ---- types

(type_identifier) @type
(void_type) @type.builtin
((type_identifier) @type.builtin
  (#any-of? @type.builtin "int" "double" "num" "String" "bool" "List" "Set" "Map" "dynamic" "Object" "Never"))
"Function" @type.builtin
(class_definition name: (identifier) @type)
(mixin_declaration (identifier) @type)
(extension_declaration name: (identifier) @type)
(enum_declaration name: (identifier) @type)
(const_object_expression (type_identifier) @constructor)
(new_expression (type_identifier) @constructor)
((type_identifier) @keyword
  (#eq? @keyword "library"))

; ---- literals

[(comment) (documentation_comment) (script_tag)] @comment
(documentation_comment) @comment.documentation
(string_literal) @string
(escape_sequence) @string.escape
[(decimal_integer_literal) (decimal_floating_point_literal) (hex_integer_literal)] @number
(uri (string_literal) @string)
(template_substitution) @none
(template_substitution ["$" "{" "}"] @punctuation.special)
[(true) (false) (null_literal)] @constant.builtin
(true "true" @constant.builtin)
(false "false" @constant.builtin)
(null_literal "null" @constant.builtin)
(symbol_literal) @string.special.symbol

; ---- words and symbols

[
  (inferred_type) (final_builtin) (const_builtin) (break_builtin) (case_builtin) (assert_builtin) (rethrow_builtin)
  (part_of_builtin) (abstract) (sealed) (base) (interface) (mixin)
] @keyword
[(this) (super)] @variable.builtin
(this "this" @variable.builtin)
(super "super" @variable.builtin)
["<" ">" "(" ")" "[" "]" "{" "}"] @punctuation.bracket
["." "," ";"] @punctuation.delimiter
["get" "set" "native" "operator" "inline" "when" "async*" "sync*"] @keyword
(is_operator) @keyword.operator
(as_operator "as" @keyword)
"in" @keyword
[
  (additive_operator) (bitwise_operator) (equality_operator) (increment_operator) (logical_and_operator)
  (logical_or_operator) (minus_operator) (multiplicative_operator) (relational_operator) (shift_operator)
] @operator
(multiplicative_operator _ @operator)
(logical_and_operator _ @operator)
(logical_or_operator _ @operator)
(negation_operator "!" @operator)
(tilde_operator "~" @operator)
[":"] @punctuation.delimiter
(conditional_expression ["?" ":"] @operator)
(relational_operator _ @operator)

; `A<B>(c)` is read as two comparisons
(relational_expression
  (relational_expression
    (identifier) @constructor
    (relational_operator "<" @punctuation.bracket)
    (identifier) @type)
  (relational_operator ">" @punctuation.bracket)
  (parenthesized_expression)
  (#match? @constructor "^_?[A-Z]"))
