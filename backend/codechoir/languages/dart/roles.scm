; Roles of tokens in Dart, where their text alone does not tell (`TOKEN_ROLES`).

; ---- names and values

(initialized_variable_definition "=" @role.assignment.define)
(initialized_identifier "=" @role.assignment.define)
(static_final_declaration "=" @role.assignment.define)
(optional_formal_parameters "=" @role.default)
(type_alias "=" @role.assignment.alias)
(label ":" @role.named.argument)
(pair ":" @role.mapping)

; ---- types

(nullable_type "?" @role.optional)
(selector "!" @role.non.null)
(type_bound "extends" @role.bound.parameter)
(initializers ":" @role.initializers)
(redirection ":" @role.initializers)

; ---- operators

(minus_operator) @role.unary.minus
(multiplicative_operator "~/" @role.divide.floor)
(is_operator) @role.type.test
(is_operator "!") @role.type.test.not
(conditional_expression ":" @role.ternary.else)
(cascade_section ".." @role.cascade)
(cascade_section "?.." @role.cascade)
(function_body "=>" @role.arrow.body)
(function_expression_body "=>" @role.arrow.lambda)
(annotation "@" @role.decorator)
(operator_signature (binary_operator) @role.operator.name)

; ---- brackets

(arguments "(" @role.call.open ")" @role.call.close)
(arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)
(assertion_arguments "(" @role.call.open ")" @role.call.close)
(formal_parameter_list "(" @role.parameters.open ")" @role.parameters.close)
(formal_parameter_list . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(optional_formal_parameters "{" @role.parameters.named.open "}" @role.parameters.named.close)
(optional_formal_parameters "[" @role.parameters.optional.open "]" @role.parameters.optional.close)
(parameter_type_list "(" @role.parameters.open ")" @role.parameters.close)
(parameter_type_list . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(for_loop_parts ["(" @role.condition.open ")" @role.condition.close "in" @role.for.each ";" @role.separator.for])
(_ init: (local_variable_declaration ";" @role.separator.for))
(if_statement ["(" @role.condition.open ")" @role.condition.close])
(switch_statement_case ":" @role.case)
(switch_statement_default ":" @role.case)
(switch_expression_case "=>" @role.arrow.match)
(catch_parameters "(" @role.condition.open ")" @role.condition.close)
(while_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(do_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(switch_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(switch_expression condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(record_literal "(" @role.tuple.open ")" @role.tuple.close)
(index_selector "[" @role.index.open "]" @role.index.close)
(list_literal "[" @role.list.open "]" @role.list.close)
(set_or_map_literal "{" @role.set.open "}" @role.set.close)
(set_or_map_literal . "{" @role.map.open . "}" @role.map.close)
(set_or_map_literal "{" @role.map.open (pair) "}" @role.map.close)
(type_arguments "<" @role.generic.open ">" @role.generic.close)
(type_parameters "<" @role.generic.open ">" @role.generic.close)
(class_body "{" @role.body.open "}" @role.body.close)
(enum_body "{" @role.body.open "}" @role.body.close)
(extension_body "{" @role.body.open "}" @role.body.close)
(template_substitution "{" @role.interpolation.open "}" @role.interpolation.close)
(template_substitution "$" @role.interpolation.open)

; `A<B>(c)` is read as two comparisons
(relational_expression
  (relational_expression (identifier) @_type (relational_operator "<" @role.generic.open) (identifier))
  (relational_operator ">" @role.generic.close)
  (parenthesized_expression "(" @role.call.open ")" @role.call.close)
  (#match? @_type "^_?[A-Z]"))

; strings that are regular expressions
((identifier) @_class . (selector (argument_part (arguments . (argument (string_literal) @role.string.regexp))))
  (#eq? @_class "RegExp"))
