; Captures for C++. On one node the last pattern wins: these follow those of the wheel
; and of `c_family/`.

; ---- names

(namespace_identifier) @module
((namespace_identifier) @type
  (#match? @type "^[A-Z]"))
(field_initializer (field_identifier) @property)
(optional_parameter_declaration declarator: (identifier) @variable.parameter)
(parameter_declaration declarator: (reference_declarator (identifier) @variable.parameter))
(optional_parameter_declaration declarator: (reference_declarator (identifier) @variable.parameter))
(variadic_parameter_declaration declarator: (variadic_declarator (identifier) @variable.parameter))

(call_expression function: (qualified_identifier name: (identifier) @function))
(call_expression
  function: (qualified_identifier name: (qualified_identifier name: (identifier) @function)))
(call_expression
  function: (qualified_identifier
    name: (qualified_identifier name: (qualified_identifier name: (identifier) @function))))
(call_expression
  function: (qualified_identifier
    name: (qualified_identifier
      name: (qualified_identifier name: (qualified_identifier name: (identifier) @function)))))
(template_function name: (identifier) @function)
(template_method name: (field_identifier) @function.method)
(function_declarator declarator: (qualified_identifier name: (identifier) @function))
(function_declarator declarator: (qualified_identifier name: (qualified_identifier name: (identifier) @function)))
(function_declarator declarator: (field_identifier) @function.method)
(destructor_name "~" @operator)
(destructor_name (identifier) @constructor)
(operator_name) @function
(operator_name "operator" @keyword)
(using_declaration (qualified_identifier name: (identifier) @variable))
((call_expression function: (identifier) @constructor)
  (#match? @constructor "^[A-Z][a-z][A-Za-z]*$"))
(concept_definition name: (identifier) @type)
(literal_suffix) @type

((template_function name: (identifier) @keyword)
  (#any-of? @keyword "static_cast" "dynamic_cast" "const_cast" "reinterpret_cast"))

; ---- types

(auto) @type.builtin
(placeholder_type_specifier (auto) @type.builtin)
(template_type name: (type_identifier) @type)
(type_identifier) @type

; ---- literals

(raw_string_literal) @string
(this) @variable.builtin
(null "nullptr" @constant.builtin)

; ---- words and symbols

(access_specifier) @keyword
(virtual_specifier) @keyword
(explicit_function_specifier "explicit" @keyword)
["decltype" "static_assert" "alignas" "operator" "co_await" "co_return" "co_yield" "noexcept" "typename"] @keyword
["and" "or" "not" "xor" "bitand" "bitor" "compl" "and_eq" "or_eq" "xor_eq" "not_eq"] @keyword.operator
"::" @punctuation.delimiter
(template_argument_list ["<" ">"] @punctuation.bracket)
(template_parameter_list ["<" ">"] @punctuation.bracket)
(lambda_default_capture) @operator
(default_method_clause "default" @keyword)
(delete_method_clause "delete" @keyword)

; ---- the bodies of macros are code again, the words of an error are not

(preproc_arg) @injection.cpp_macro
((preproc_call directive: (preproc_directive) @_directive argument: (preproc_arg) @text.plain @injection.none)
  (#match? @_directive "error|warning"))
