; Roles of tokens in Kotlin, where their text alone does not tell (`TOKEN_ROLES`).

; ---- names and values

(property_declaration "=" @role.assignment.define)
(class_parameter "=" @role.default)
(function_value_parameters "=" @role.default)
(value_argument "=" @role.named.argument)
(type_alias "=" @role.assignment.alias)
(function_body "=" @role.arrow.body)

; ---- types

(variable_declaration ":" @role.annotation)
(class_parameter ":" @role.annotation.parameter)
(parameter ":" @role.annotation.parameter)
(catch_block ":" @role.annotation.parameter)
(function_declaration ":" @role.annotation.return)
(anonymous_function ":" @role.annotation.return)
(getter ":" @role.annotation.return)
(class_declaration ":" @role.bound)
(object_declaration ":" @role.bound)
(companion_object ":" @role.bound)
(object_literal ":" @role.bound)
(type_parameter ":" @role.bound.parameter)
(type_constraint ":" @role.bound.parameter)
(secondary_constructor ":" @role.initializers)
(function_type "->" @role.arrow.type)
(nullable_type "?" @role.optional)
(non_nullable_type "&" @role.type.intersection)
(type_projection "*" @role.wildcard)
(parameter_modifier "vararg" @role.variadic)

; ---- operators

(unary_expression operator: "-" @role.unary.minus)
(unary_expression operator: "+" @role.unary.plus)
(unary_expression operator: "!!" @role.non.null)
(binary_expression operator: "?:" @role.null.coalesce)
(range_expression ".." @role.range.inclusive)
(range_expression "..<" @role.range)
(spread_expression "*" @role.star.args)
(callable_reference "::" @role.method.reference)
(navigation_expression "::" @role.method.reference)
((navigation_expression "::" @role.path . (identifier) @_class)
  (#eq? @_class "class"))
(qualified_identifier "." @role.path)
(import "." @role.path)
(import "*" @role.import.all)
(is_expression "is" @role.type.test)
(is_expression "!is" @role.type.test.not)
(type_test "is" @role.type.test)
(type_test "!is" @role.type.test.not)
"!in" @role.membership.not
(as_expression "as?" @role.type.cast)
(for_statement "in" @role.for.each)
(lambda_literal "->" @role.arrow.lambda)
(when_entry "->" @role.arrow.match)
(when_entry "," @role.alternative)
(annotation "@" @role.decorator)
(file_annotation "@" @role.decorator)
(file_annotation ":" @role.access)

; ---- brackets

(value_arguments "(" @role.call.open ")" @role.call.close)
(value_arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)
(function_value_parameters "(" @role.parameters.open ")" @role.parameters.close)
(function_value_parameters . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(class_parameters "(" @role.parameters.open ")" @role.parameters.close)
(class_parameters . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(function_type_parameters "(" @role.parameters.open ")" @role.parameters.close)
(function_type_parameters . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(getter "(" @role.parameters.empty.open ")" @role.parameters.empty.close)
(setter "(" @role.parameters.open ")" @role.parameters.close)
(delegation_specifier (constructor_invocation (value_arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)))
(multi_variable_declaration "(" @role.pattern.open ")" @role.pattern.close)
(if_expression "(" @role.condition.open ")" @role.condition.close)
(while_statement "(" @role.condition.open ")" @role.condition.close)
(do_while_statement "(" @role.condition.open ")" @role.condition.close)
(for_statement "(" @role.condition.open ")" @role.condition.close)
(when_subject "(" @role.condition.open ")" @role.condition.close)
(catch_block "(" @role.condition.open ")" @role.condition.close)
(index_expression "[" @role.index.open "]" @role.index.close)
(collection_literal "[" @role.list.open "]" @role.list.close)
(type_arguments "<" @role.generic.open ">" @role.generic.close)
(type_parameters "<" @role.generic.open ">" @role.generic.close)
(binary_expression
  left: (binary_expression
    left: [(identifier) (navigation_expression)]
    operator: "<" @role.generic.open
    right: (identifier))
  operator: ">" @role.generic.close
  right: [(parenthesized_expression "(" @role.call.open ")" @role.call.close) (lambda_literal)])
(class_body "{" @role.body.open "}" @role.body.close)
(enum_class_body "{" @role.body.open "}" @role.body.close)
(interpolation "${" @role.interpolation.open "}" @role.interpolation.close)
(interpolation "$" @role.interpolation.open)
((string_literal (string_content) @role.interpolation.open . (string_content) @_template)
  (#eq? @role.interpolation.open "$")
  (#match? @_template "^[A-Za-z_]"))
(use_site_target ":" @role.access)

; strings that are regular expressions
((call_expression
  (identifier) @_class (value_arguments . (value_argument (string_literal) @role.string.regexp)))
  (#eq? @_class "Regex"))
((navigation_expression (string_literal) @role.string.regexp (identifier) @_function)
  (#eq? @_function "toRegex"))
