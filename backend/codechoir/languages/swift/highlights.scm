; Captures for Swift. On one node the last pattern wins. The query of the wheel is not used: it takes long to compile.

; ---- names

(simple_identifier) @variable
((simple_identifier) @variable.parameter
  (#match? @variable.parameter "^\\$[0-9]+$"))
(navigation_suffix suffix: (simple_identifier) @property)
(value_argument_label (simple_identifier) @variable.parameter)
(parameter name: (simple_identifier) @variable.parameter)
(parameter external_name: (simple_identifier) @variable.parameter)
(lambda_parameter name: (simple_identifier) @variable.parameter)
(enum_type_parameters (simple_identifier) @variable.parameter)
(tuple_expression name: (simple_identifier) @property)
(tuple_type_item name: (simple_identifier) @property)
(statement_label) @label
(control_transfer_statement result: (simple_identifier) @variable)
(wildcard_pattern) @variable.builtin
(modifiers (attribute (user_type (type_identifier) @attribute)))

; ---- functions

(_ "func" . name: (simple_identifier) @function)
(macro_declaration (simple_identifier) @function.macro)
(macro_invocation (simple_identifier) @function.macro)
(macro_invocation "#" @operator)
(call_expression (simple_identifier) @function)
(call_expression (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @function.method)))
(call_expression (simple_identifier) @variable (call_suffix (value_arguments "[")))
(call_expression
  (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @property))
  (call_suffix (value_arguments "[")))
(prefix_expression "." (simple_identifier) @property)
(call_expression (prefix_expression (simple_identifier) @function.method))
(pattern "." (simple_identifier) @property)
((simple_identifier) @type
  (#match? @type "^[A-Z]"))
((simple_identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
(enum_entry name: (simple_identifier) @constant)
(import_declaration (identifier (simple_identifier) @module))
((call_expression . (simple_identifier) @keyword . (call_suffix . (lambda_literal)))
  (#eq? @keyword "defer"))
((navigation_suffix suffix: (simple_identifier) @keyword)
  (#eq? @keyword "init"))

; ---- types

(type_identifier) @type
(type_parameter (type_identifier) @type)
(inheritance_constraint (identifier (simple_identifier) @type))
(equality_constraint (identifier (simple_identifier) @type))
(constructor_expression (user_type (type_identifier) @constructor))
(modifiers (attribute "@" @operator))
(attribute "@" @operator)
(attribute (user_type (type_identifier) @attribute))
(key_path_expression (type_identifier) @type)

; ---- literals

[(line_string_literal) (multi_line_string_literal) (raw_string_literal)] @string
(str_escaped_char) @string.escape
[(integer_literal) (hex_literal) (oct_literal) (bin_literal) (real_literal)] @number
(nil_literal) @constant.builtin
(multi_line_string_literal ")" @punctuation.special)
(line_string_literal ")" @punctuation.special)
(raw_str_interpolation) @none
(interpolated_expression) @none
(shebang_line) @comment
[(comment) (multiline_comment)] @comment
((comment) @comment.documentation
  (#match? @comment.documentation "^///"))
((multiline_comment) @comment.documentation
  (#match? @comment.documentation "^/\\*\\*"))
(diagnostic) @keyword
(availability_condition) @none
(selector_expression) @none
(availability_condition [(identifier) (simple_identifier)] @variable)
(regex_literal) @string.regexp

; ---- words

[
  "#else" "#elseif" "#endif" "#if" "_modify" "any" "async" "await" "borrowing" "break" "consume" "consuming" "continue"
  "convenience" "didSet" "do" "dynamic" "each" "fileprivate" "final" "for" "func" "get" "guard" "if" "in" "indirect"
  "infix" "internal" "lazy" "let" "macro" "mutating" "nonisolated" "nonmutating" "open" "optional" "override" "package"
  "postfix" "prefix" "private" "public" "repeat" "required" "return" "set" "some" "static" "subscript" "switch"
  "typealias" "unowned" "var" "weak" "while" "willSet" "yield"
] @keyword
[
  (as_operator) (catch_keyword) (default_keyword) (directive) (else) (function_modifier) (getter_specifier)
  (inheritance_modifier) (member_modifier) (modify_specifier) (mutation_modifier) (property_modifier)
  (setter_specifier) (throw_keyword) (throws) (try_operator) (visibility_modifier) (where_keyword)
] @keyword
[(custom_operator) (bang)] @operator
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," "." ":" ";"] @punctuation.delimiter
["\\(" (raw_str_interpolation_start)] @punctuation.special
[
  "actor" "import" "init" "deinit" "case" "operator" "precedencegroup" "associatedtype" "class" "enum" "struct"
  "extension" "protocol" "inout" "is"
] @keyword
"is" @keyword.operator
(lambda_literal "in" @keyword)
(for_statement "in" @keyword)
(init_declaration "init" @keyword)
(throws) @keyword
(throws_clause) @keyword
(ownership_modifier) @keyword
(property_behavior_modifier) @keyword
(parameter_modifier) @keyword
(self_expression) @variable.builtin
(super_expression) @variable.builtin
(self_expression "self" @variable.builtin)
(super_expression "super" @variable.builtin)
; a word such as `lazy` is a keyword only where the grammar expects it
(simple_identifier _ @none)
((simple_identifier) @keyword
  (#any-of? @keyword "fallthrough"))
(try_operator ["?" "!"] @operator)
(ternary_expression ["?" ":"] @operator)
(type_parameters ["<" ">"] @punctuation.bracket)
(type_arguments ["<" ">"] @punctuation.bracket)
(boolean_literal) @constant.builtin
(special_literal) @constant.builtin
