; Captures for C#. On one node the last pattern wins: these follow those of the wheel.

; ---- names

((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z\\d]*_[A-Z\\d_]+$"))
(parameter name: (identifier) @variable.parameter)
(parameter_list name: (identifier) @variable.parameter)
(implicit_parameter) @variable.parameter
(lambda_expression parameters: (identifier) @variable.parameter)
(argument name: (identifier) @variable.parameter)
(catch_declaration name: (identifier) @variable.parameter)
(property_declaration name: (identifier) @property)
(event_declaration name: (identifier) @property)
(member_access_expression name: (identifier) @property)
(member_binding_expression name: (identifier) @property)
(enum_member_declaration name: (identifier) @constant)
(qualified_name (identifier) @module)
(using_directive (identifier) @module)
(using_directive name: (identifier) @type)
(namespace_declaration name: (identifier) @module)
(file_scoped_namespace_declaration name: (identifier) @module)
(alias_qualified_name alias: (identifier) @module)
(labeled_statement . (identifier) @label)
(goto_statement (identifier) @label)
(tuple_element name: (identifier) @variable)
(discard) @variable.builtin

((member_access_expression expression: (identifier) @type)
  (#match? @type "^[A-Z]"))

(method_declaration name: (identifier) @function.method)
(local_function_statement name: (identifier) @function)
(delegate_declaration name: (identifier) @type)
(constructor_declaration name: (identifier) @constructor)
(destructor_declaration name: (identifier) @constructor)
(invocation_expression function: (identifier) @function)
(invocation_expression function: (member_access_expression name: (identifier) @function.method))
(invocation_expression function: (generic_name (identifier) @function))
(invocation_expression function: (member_access_expression name: (generic_name (identifier) @function.method)))
(invocation_expression
  function: (conditional_access_expression (member_binding_expression name: (identifier) @function.method)))
(conditional_access_expression
  (invocation_expression function: (member_binding_expression name: (identifier) @function.method)))
((invocation_expression function: (identifier) @keyword.operator)
  (#eq? @keyword.operator "nameof"))
(attribute name: (identifier) @attribute)
(attribute name: (qualified_name name: (identifier) @attribute))

; ---- types

(class_declaration name: (identifier) @type)
(struct_declaration name: (identifier) @type)
(record_declaration name: (identifier) @type)
(interface_declaration name: (identifier) @type)
(enum_declaration name: (identifier) @type)
(type_parameter name: (identifier) @type)
(type_argument_list (identifier) @type)
(type_argument_list (qualified_name name: (identifier) @type))
(base_list (identifier) @type)
(base_list (qualified_name name: (identifier) @type))
(base_list (primary_constructor_base_type type: (identifier) @type))
(type_parameter_constraints_clause (identifier) @type)
(type_parameter_constraint type: (identifier) @type)
(object_creation_expression type: (identifier) @type)
(variable_declaration type: (identifier) @type)
(array_type type: (identifier) @type)
(nullable_type type: (identifier) @type)
(cast_expression type: (identifier) @type)
(method_declaration returns: (identifier) @type)
(parameter type: (identifier) @type)
(declaration_pattern type: (identifier) @type)
(recursive_pattern type: (identifier) @type)
(typeof_expression type: (identifier) @type)
(catch_declaration type: (identifier) @type)
(is_expression right: (identifier) @type)
(as_expression right: (identifier) @type)
((constant_pattern (identifier) @type)
  (#match? @type "^[A-Z]"))

; ---- literals

(interpolated_string_expression) @string
(interpolation) @embedded
(interpolation_start) @string
(interpolation_quote) @string
(interpolation_brace) @punctuation.special
(interpolation_format_clause) @string.special
(interpolation_alignment_clause) @string.special
(character_literal) @character
(escape_sequence) @string.escape
((comment) @comment.documentation
  (#match? @comment.documentation "^///"))

; ---- words and symbols

(implicit_type) @keyword
"this" @variable.builtin
"base" @variable.builtin
["is" "sizeof" "typeof" "and" "or" "not"] @keyword.operator
":" @punctuation.delimiter
(interpolation_format_clause ":" @string.special)
(conditional_expression ["?" ":"] @operator)
(type_argument_list ["<" ">"] @punctuation.bracket)
(type_parameter_list ["<" ">"] @punctuation.bracket)
(preproc_arg) @text.plain
["#region" "#endregion" "#if" "#else" "#elif" "#endif" "#define" "#undef" "#pragma" "#nullable" "#error" "#line"
 "#warning"] @keyword
