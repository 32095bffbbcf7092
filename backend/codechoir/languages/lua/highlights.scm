; Captures for Lua. On one node the last pattern wins: these follow those of the wheel.

; ---- names

((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
((identifier) @variable
  (#match? @variable "^[A-Z]$"))
((identifier) @variable.builtin
  (#any-of? @variable.builtin "self" "_G" "_ENV" "_VERSION"))
(dot_index_expression field: (identifier) @property)
(field name: (identifier) @property)
(parameters (identifier) @variable.parameter)
(goto_statement (identifier) @label)
(label_statement) @none
(label_statement (identifier) @label)
(label_statement "::" @punctuation.delimiter)
(attribute (identifier) @attribute)

; ---- functions

(function_declaration name: (identifier) @function)
(function_declaration name: (dot_index_expression field: (identifier) @function))
(function_declaration name: (method_index_expression method: (identifier) @function.method))
(assignment_statement
  (variable_list . name: [(identifier) @function (dot_index_expression field: (identifier) @function)])
  (expression_list . value: (function_definition)))
(field name: (identifier) @function value: (function_definition))
(function_call name: (identifier) @function)
(function_call name: (dot_index_expression field: (identifier) @function.method))
(function_call name: (method_index_expression method: (identifier) @function.method))
((function_call name: (identifier) @function.builtin)
  (#any-of? @function.builtin
    "assert" "collectgarbage" "dofile" "error" "getmetatable" "ipairs" "load" "loadfile" "loadstring" "next"
    "pairs" "pcall" "print" "rawequal" "rawget" "rawlen" "rawset" "require" "select" "setfenv" "setmetatable"
    "tonumber" "tostring" "type" "unpack" "warn" "xpcall"))

; A function of the standard library is one where it is passed as a value, too.
(arguments ((identifier) @function.builtin
  (#any-of? @function.builtin
    "assert" "error" "getmetatable" "ipairs" "next" "pairs" "pcall" "print" "rawequal" "rawget" "rawlen" "rawset"
    "require" "setmetatable" "tonumber" "tostring" "unpack" "xpcall")))

; ---- literals and words

(hash_bang_line) @comment
((comment) @comment.documentation
  (#match? @comment.documentation "^---"))
(vararg_expression) @variable.builtin
(table_constructor ["{" "}"] @punctuation.bracket)
(bracket_index_expression ["[" "]"] @punctuation.bracket)
(for_generic_clause "in" @keyword)
(field "[" name: (identifier) @variable)
