; Captures for Rust. On one node the last pattern wins: these follow those of the wheel.

; ---- names

(identifier) @variable

((identifier) @constructor
  (#match? @constructor "^[A-Z]"))
((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z\\d_]+$"))
((scoped_identifier path: (identifier) @type)
  (#match? @type "^[A-Z]"))
((scoped_identifier path: (scoped_identifier name: (identifier) @type))
  (#match? @type "^[A-Z]"))
((scoped_identifier path: (identifier) @module)
  (#match? @module "^[a-z_]"))
((scoped_identifier path: (scoped_identifier name: (identifier) @module))
  (#match? @module "^[a-z_]"))
(scoped_type_identifier path: (identifier) @module)
((scoped_type_identifier path: (identifier) @type)
  (#match? @type "^[A-Z]"))
(use_declaration argument: (scoped_identifier path: (identifier) @module))
(extern_crate_declaration name: (identifier) @module)
(mod_item name: (identifier) @module)
(enum_variant name: (identifier) @constructor)
(const_item name: (identifier) @constant)
(static_item name: (identifier) @constant)
(shorthand_field_identifier) @variable
(field_initializer field: (field_identifier) @property)
(parameter pattern: (identifier) @variable.parameter)
(closure_parameters (identifier) @variable.parameter)
(closure_parameters (parameter pattern: (identifier) @variable.parameter))

(function_item name: (identifier) @function)
(function_signature_item name: (identifier) @function)
(call_expression function: (identifier) @function)
(call_expression function: (scoped_identifier name: (identifier) @function))
(call_expression function: (field_expression field: (field_identifier) @function.method))
(generic_function function: (identifier) @function)
(generic_function function: (scoped_identifier name: (identifier) @function))
(generic_function function: (field_expression field: (field_identifier) @function.method))
((call_expression function: (identifier) @constructor)
  (#match? @constructor "^[A-Z]"))
((call_expression function: (scoped_identifier name: (identifier) @constructor))
  (#match? @constructor "^[A-Z]"))
(tuple_struct_pattern type: (identifier) @constructor)

(macro_invocation macro: (identifier) @function.macro)
(macro_invocation macro: (scoped_identifier name: (identifier) @function.macro))
(macro_invocation "!" @operator)
(macro_definition name: (identifier) @function.macro)
(metavariable) @variable.parameter
(fragment_specifier) @type.builtin

(attribute_item) @none
(inner_attribute_item) @none
(attribute (identifier) @attribute)
(attribute (scoped_identifier name: (identifier) @attribute))

(token_tree (identifier) @function . (token_tree . "("))
(token_tree (identifier) @function.macro . "!")

(self) @variable.builtin
(super) @module
(crate) @module
(visibility_modifier [(super) (crate)] @keyword)

; ---- types

(type_identifier) @type
(type_parameter name: (type_identifier) @type)
(lifetime) @label
(label) @label

; ---- literals

(char_literal) @character
(integer_literal) @number
(float_literal) @number
(negative_literal "-" @operator)
(boolean_literal) @boolean
(escape_sequence) @string.escape
(line_comment doc: (doc_comment)) @comment.documentation
(block_comment doc: (doc_comment)) @comment.documentation
(doc_comment) @comment.documentation
(outer_doc_comment_marker) @comment.documentation
(inner_doc_comment_marker) @comment.documentation
(shebang) @comment
(never_type) @type.builtin
(unit_expression) @none

; ---- words and symbols

(mutable_specifier) @keyword
(remaining_field_pattern) @operator
"::" @punctuation.delimiter
(try_expression "?" @operator)
(use_wildcard "*" @operator)
(token_tree ["*" "&" "+" "-" "=" "==" "=>" "!" "|" "||" "&&" "->" "<" ">" "?" "$" "#" "%" "/" "^"] @operator)
(bracketed_type ["<" ">"] @punctuation.bracket)

; ---- languages inside

(macro_invocation (token_tree) @injection.rust_arguments)
((macro_invocation macro: (identifier) @_name (token_tree) @injection.rust_pattern)
  (#any-of? @_name "matches" "assert_matches"))
