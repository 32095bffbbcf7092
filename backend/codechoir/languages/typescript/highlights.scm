; Captures for TypeScript. On one node the last pattern wins: these follow those of the wheel
; and of `ecmascript/`.

(type_identifier) @type
(predefined_type) @type.builtin
(this_type) @type.builtin
(existential_type) @type.builtin
(nested_type_identifier module: (identifier) @module)
(extends_clause value: (identifier) @type)
(extends_clause value: (member_expression property: (property_identifier) @type))
(type_predicate name: (identifier) @variable.parameter)
(internal_module name: (identifier) @module)
(module name: (identifier) @module)
(enum_declaration name: (identifier) @type)
(enum_body name: (property_identifier) @constant)
(enum_assignment name: (property_identifier) @constant)
(required_parameter (identifier) @variable.parameter)
(optional_parameter (identifier) @variable.parameter)
(required_parameter (rest_pattern (identifier) @variable.parameter))
(required_parameter value: (identifier) @variable)
((required_parameter (this) @variable.builtin))
(abstract_class_declaration name: (type_identifier) @type)
(function_signature name: (identifier) @function)
(method_signature name: (property_identifier) @function.method)
(method_signature "get" (property_identifier) @property)
(abstract_method_signature name: (property_identifier) @function.method)
(public_field_definition
  name: (property_identifier) @function.method
  value: [(arrow_function) (function_expression)])
(property_signature name: (property_identifier) @property)
(index_signature name: (identifier) @variable.parameter)

(accessibility_modifier) @keyword
(override_modifier) @keyword
(type_query "typeof" @keyword.operator)
(non_null_expression "!" @operator)
(optional_parameter "?" @operator)
(predefined_type) @type.builtin
(template_literal_type) @string
(template_type "${" @punctuation.special "}" @punctuation.special) @embedded
(type_parameters ["<" ">"] @punctuation.bracket)
(type_arguments ["<" ">"] @punctuation.bracket)
(object_type ["{|" "|}"] @punctuation.bracket)
