; Captures for Python. On one node the last pattern wins: these follow those of the wheel.

; ---- names

((identifier) @variable.builtin
  (#any-of? @variable.builtin "self" "cls"))

((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))

(attribute attribute: (identifier) @property)

((attribute attribute: (identifier) @constant)
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))

((attribute attribute: (identifier) @constructor)
  (#match? @constructor "^[A-Z]+[a-z]"))

(call function: (attribute attribute: (identifier) @function.method))

((call function: (identifier) @constructor)
  (#match? @constructor "^_*[A-Z]"))

((call function: (attribute attribute: (identifier) @constructor))
  (#match? @constructor "^[A-Z]+[a-z]"))

(parameters (identifier) @variable.parameter)
(lambda_parameters (identifier) @variable.parameter)
(parameters (_ (identifier) @variable.parameter))
(parameters (_ (list_splat_pattern (identifier) @variable.parameter)))
(parameters (_ (dictionary_splat_pattern (identifier) @variable.parameter)))
(lambda_parameters (_ (identifier) @variable.parameter))
(parameters (default_parameter value: (identifier) @variable))
(lambda_parameters (default_parameter value: (identifier) @variable))
(keyword_argument name: (identifier) @variable.parameter)

((identifier) @variable.builtin
  (#any-of? @variable.builtin "self" "cls"))

(import_statement name: (dotted_name (identifier) @module))
(import_statement name: (aliased_import name: (dotted_name (identifier) @module)))
(import_statement name: (aliased_import alias: (identifier) @module))
(import_from_statement module_name: (dotted_name (identifier) @module))
(relative_import (dotted_name (identifier) @module))
(future_import_statement "__future__" @module)
(import_prefix) @punctuation.special
(wildcard_import) @operator

; ---- what is built in is that where it is passed as a value, too

(([
    (_ value: (identifier) @type.builtin)
    (_ right: (identifier) @type.builtin)
    (argument_list (identifier) @type.builtin)
  ])
  (#any-of? @type.builtin
    "bool" "bytearray" "bytes" "complex" "dict" "float" "frozenset" "int" "list" "memoryview" "object" "range" "set"
    "slice" "str" "tuple"))
(([
    (_ value: (identifier) @function.builtin)
    (_ right: (identifier) @function.builtin)
    (argument_list (identifier) @function.builtin)
  ])
  (#any-of? @function.builtin
    "abs" "all" "any" "ascii" "bin" "callable" "chr" "delattr" "divmod" "enumerate" "eval" "exec" "getattr" "hasattr"
    "hex" "isinstance" "issubclass" "iter" "len" "max" "min" "oct" "open" "ord" "pow" "print" "repr" "reversed"
    "round" "setattr" "sorted" "sum" "vars" "zip"))

; ---- types

(class_definition name: (identifier) @type)
(class_definition superclasses: (argument_list (identifier) @type))
(class_definition superclasses: (argument_list (attribute attribute: (identifier) @type)))
(class_definition superclasses: (argument_list (subscript value: (identifier) @type)))
(class_definition superclasses: (argument_list (subscript subscript: (identifier) @type)))
(type (identifier) @type)
(type (attribute attribute: (identifier) @type))
(generic_type (identifier) @type)
(type (subscript value: (identifier) @type))
(type (subscript value: (attribute attribute: (identifier) @type)))
(type (subscript subscript: (identifier) @type))
(type (binary_operator (identifier) @type))
(type (binary_operator (binary_operator (identifier) @type)))
(type (binary_operator (binary_operator (binary_operator (identifier) @type))))
(member_type (identifier) @type .)

; `A[B] | C[[D], E]`: what stands beside `|` is read as an expression
(type (binary_operator [
  (attribute attribute: (identifier) @type)
  (subscript [
    value: [(identifier) @type (attribute attribute: (identifier) @type)]
    subscript: [
      (identifier) @type
      (attribute attribute: (identifier) @type)
      (list (identifier) @type)
      (subscript (identifier) @type)
      (binary_operator (identifier) @type)
    ]
  ])
]))
(type (binary_operator (binary_operator [
  (attribute attribute: (identifier) @type)
  (subscript [
    value: [(identifier) @type (attribute attribute: (identifier) @type)]
    subscript: [(identifier) @type (attribute attribute: (identifier) @type) (list (identifier) @type)]
  ])
])))

; ---- decorators: the name that decorates, not all that belongs to it

(decorator) @none
(decorator "@" @operator)
(decorator (identifier) @attribute)
(decorator (attribute attribute: (identifier) @attribute))
(decorator (call function: (identifier) @attribute))
(decorator (call function: (attribute attribute: (identifier) @attribute)))

; ---- literals

; a string that is a statement has no effect but to tell the reader something
(expression_statement . (string) @string.documentation .)

(ellipsis) @constant.builtin
(escape_interpolation) @string.escape
(format_specifier) @string.special
(format_expression) @embedded
(format_expression "{" @punctuation.special "}" @punctuation.special)
(type_conversion) @string.special
(interpolation "=" @string.special)
(line_continuation) @punctuation.special

; ---- words

(for_statement "in" @keyword)
(for_in_clause "in" @keyword)
(except_clause "*" @keyword)
(keyword_separator) @operator
(positional_separator) @operator
