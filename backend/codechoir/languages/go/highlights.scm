; Captures for Go. On one node the last pattern wins: these follow those of the wheel.

; ---- names

(package_identifier) @module
((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z\\d_]+$"))
(const_spec name: (identifier) @constant)
(blank_identifier) @variable.builtin
(dot) @operator
(label_name) @label
(parameter_declaration name: (identifier) @variable.parameter)
(variadic_parameter_declaration name: (identifier) @variable.parameter)
(keyed_element key: (literal_element (identifier) @property))

(function_declaration name: (identifier) @function)
(method_declaration name: (field_identifier) @function.method)
(method_elem name: (field_identifier) @function.method)
(call_expression function: (identifier) @function)
(call_expression function: (parenthesized_expression (identifier) @function))
(call_expression function: (selector_expression field: (field_identifier) @function.method))
(type_instantiation_expression type: (type_identifier) @function)
((call_expression function: (identifier) @function.builtin)
  (#any-of? @function.builtin
    "append" "cap" "clear" "close" "complex" "copy" "delete" "imag" "len" "make" "max" "min" "new" "panic"
    "print" "println" "real" "recover"))

; ---- types

(type_identifier) @type
((type_identifier) @type.builtin
  (#any-of? @type.builtin
    "any" "bool" "byte" "comparable" "complex128" "complex64" "error" "float32" "float64" "int" "int16" "int32"
    "int64" "int8" "rune" "string" "uint" "uint16" "uint32" "uint64" "uint8" "uintptr"))
((type_identifier) @constant.builtin
  (#eq? @constant.builtin "nil"))
(type_parameter_declaration name: (identifier) @type)
((call_expression function: (identifier) @type.builtin)
  (#any-of? @type.builtin
    "bool" "byte" "complex128" "complex64" "float32" "float64" "int" "int16" "int32" "int64" "int8" "rune"
    "string" "uint" "uint16" "uint32" "uint64" "uint8" "uintptr"))

; ---- literals

(escape_sequence) @string.escape
(rune_literal) @character
[(true) (false) (nil) (iota)] @constant.builtin
