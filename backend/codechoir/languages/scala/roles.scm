; Roles of tokens in Scala, where their text alone does not tell (`TOKEN_ROLES`).

; ---- names and values

(val_definition "=" @role.assignment.define)
(var_definition "=" @role.assignment.define)
(type_definition "=" @role.assignment.alias)
(function_definition "=" @role.arrow.body)
(enumerator "=" @role.assignment.define)
(parameter "=" @role.default)
(class_parameter "=" @role.default)
(arguments (assignment_expression "=" @role.named.argument))

; ---- types

(val_definition ":" @role.annotation)
(var_definition ":" @role.annotation)
(val_declaration ":" @role.annotation)
(var_declaration ":" @role.annotation)
(parameter ":" @role.annotation.parameter)
(class_parameter ":" @role.annotation.parameter)
(binding ":" @role.annotation.parameter)
(typed_pattern ":" @role.annotation.parameter)
(ascription_expression ":" @role.annotation.parameter)
(self_type ":" @role.annotation)
(function_definition ":" @role.annotation.return)
(function_declaration ":" @role.annotation.return)
(upper_bound "<:" @role.bound.parameter)
(lower_bound ">:" @role.bound.lower)
(covariant_type_parameter "+" @role.covariant)
(contravariant_type_parameter "-" @role.contravariant)
(function_type "=>" @role.arrow.type)
"=>>" @role.arrow.type
(lazy_parameter_type "=>" @role.lazy)
(repeated_parameter_type "*" @role.variadic)

; ---- operators

(prefix_expression "-" @role.unary.minus)
(prefix_expression "+" @role.unary.plus)
((operator_identifier) @role.cons (#eq? @role.cons "::"))
((operator_identifier) @role.concatenate (#any-of? @role.concatenate "++" ":::"))
((operator_identifier) @role.sequence.append (#eq? @role.sequence.append ":+"))
((operator_identifier) @role.sequence.prepend (#eq? @role.sequence.prepend "+:"))
((operator_identifier) @role.arrow.map (#eq? @role.arrow.map "->"))
(lambda_expression "=>" @role.arrow.lambda)
(self_type "=>" @role.arrow.lambda)
(case_clause "=>" @role.arrow.match)
(arrow_renamed_identifier "=>" @role.assignment.alias)
(enumerator "<-" @role.for.each)
(capture_pattern "@" @role.pattern.binding)
(alternative_pattern "|" @role.alternative)
(repeat_pattern "*" @role.star.args)
(wildcard) @role.wildcard
(namespace_wildcard) @role.import.all
(import_declaration "." @role.path)
(package_identifier "." @role.path)
(annotation "@" @role.decorator)

; ---- brackets

(arguments "(" @role.call.open ")" @role.call.close)
(arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)
(parameters "(" @role.parameters.open ")" @role.parameters.close)
(parameters . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(class_parameters "(" @role.parameters.open ")" @role.parameters.close)
(class_parameters . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(bindings "(" @role.parameters.open ")" @role.parameters.close)
(parameter_types "(" @role.parameters.open ")" @role.parameters.close)
(case_class_pattern "(" @role.pattern.open ")" @role.pattern.close)
(tuple_pattern "(" @role.pattern.open ")" @role.pattern.close)
(tuple_expression "(" @role.tuple.open ")" @role.tuple.close)
(tuple_type "(" @role.tuple.open ")" @role.tuple.close)
(for_expression "(" @role.condition.open ")" @role.condition.close)
(if_expression condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(while_expression condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(type_arguments "[" @role.generic.open "]" @role.generic.close)
(type_parameters "[" @role.generic.open "]" @role.generic.close)
(access_qualifier "[" @role.restriction.open "]" @role.restriction.close)
(template_body "{" @role.body.open "}" @role.body.close)
(enum_body "{" @role.body.open "}" @role.body.close)
(namespace_selectors "{" @role.import.open "}" @role.import.close)
(interpolation "$" @role.interpolation.open)
(interpolation (block "{" @role.interpolation.open "}" @role.interpolation.close))

; strings that are regular expressions
((field_expression value: (string) @role.string.regexp field: (identifier) @_field)
  (#eq? @_field "r"))
