; Captures for JavaScript and TypeScript. On one node the last pattern wins: these follow those of the wheel.

; ---- names

((identifier) @constructor
  (#match? @constructor "^_*[A-Z]"))

([
  (identifier)
  (property_identifier)
  (shorthand_property_identifier)
  (shorthand_property_identifier_pattern)
] @constant
  (#match? @constant "^_*[A-Z][A-Z\\d_]+$"))

((member_expression property: (property_identifier) @constructor)
  (#match? @constructor "^[A-Z]+[a-z]"))

(private_property_identifier) @property
(shorthand_property_identifier) @variable
(shorthand_property_identifier_pattern) @variable
(statement_identifier) @label

(variable_declarator name: (identifier) @function value: [(function_expression) (arrow_function)])
(class_declaration name: (_) @type)
(class name: (_) @type)

(function_declaration name: (identifier) @function)
(generator_function_declaration name: (identifier) @function)
(generator_function name: (identifier) @function)
(method_definition name: (property_identifier) @function.method)
(method_definition name: (private_property_identifier) @function.method)
(method_definition "get" (property_identifier) @property)
(method_definition "set" (property_identifier) @property)

(call_expression function: (identifier) @function)
(call_expression function: (member_expression property: (property_identifier) @function.method))
(call_expression function: (member_expression property: (private_property_identifier) @function.method))
(new_expression constructor: (identifier) @constructor)
(new_expression constructor: (member_expression property: (property_identifier) @constructor))
((call_expression function: (identifier) @function.builtin)
  (#any-of? @function.builtin "require" "parseInt" "parseFloat" "isNaN" "setTimeout" "setInterval"))

(assignment_expression
  left: (member_expression property: (property_identifier) @function.method)
  right: [(function_expression) (arrow_function)])

(arrow_function parameter: (identifier) @variable.parameter)
(catch_clause parameter: (identifier) @variable.parameter)

((identifier) @variable.builtin
  (#any-of? @variable.builtin "arguments" "module" "console" "window" "document" "globalThis" "process"))
((identifier) @constant.builtin
  (#any-of? @constant.builtin "NaN" "Infinity"))

(super) @variable.builtin
(decorator (identifier) @attribute)
(decorator (call_expression function: (identifier) @attribute))
(decorator (member_expression property: (property_identifier) @attribute))
(decorator (call_expression function: (member_expression property: (property_identifier) @attribute)))

; ---- literals

(escape_sequence) @string.escape
(regex) @string.regexp
(regex "/" @string.regexp)
(template_substitution "${" @punctuation.special "}" @punctuation.special) @embedded
(hash_bang_line) @comment
(html_comment) @comment
((comment) @comment.documentation
  (#match? @comment.documentation "^/\\*\\*[^*/]"))

(regex_pattern) @injection.regex

((call_expression function: (identifier) @_tag arguments: (template_string (string_fragment) @injection.css))
  (#any-of? @_tag "css"))
((call_expression function: (identifier) @_tag arguments: (template_string (string_fragment) @injection.html))
  (#any-of? @_tag "html" "svg"))
((call_expression function: (identifier) @_tag arguments: (template_string (string_fragment) @injection.javascript))
  (#any-of? @_tag "js" "javascript"))
((call_expression function: (identifier) @_tag arguments: (template_string (string_fragment) @injection.graphql))
  (#any-of? @_tag "gql" "graphql"))
((call_expression function: (identifier) @_tag arguments: (template_string (string_fragment) @injection.sql))
  (#any-of? @_tag "sql" "SQL"))

; ---- words and symbols

(binary_expression ["in" "instanceof"] @keyword.operator)
(unary_expression "typeof" @keyword.operator)
(import "import" @keyword)
(import) @keyword
(meta_property) @none
(meta_property ["new" "import" "target" "meta"] @keyword)
(ternary_expression ["?" ":"] @operator)
(optional_chain) @operator
[(true) (false) (null) (undefined)] @constant.builtin
