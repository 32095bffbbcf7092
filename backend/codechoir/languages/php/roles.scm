; Roles of tokens in PHP, where their text alone does not tell (`TOKEN_ROLES`).

; ---- names and values

(simple_parameter "=" @role.default)
(property_promotion_parameter "=" @role.default)
(property_element "=" @role.assignment.define)
(const_element "=" @role.assignment.define)
(static_variable_declaration "=" @role.assignment.define)
(enum_case "=" @role.assignment.define)
(argument ":" @role.named.argument)

; ---- operators

(binary_expression operator: "." @role.concatenate)
(binary_expression operator: "instanceof" @role.type.test)
(unary_op_expression "-" @role.unary.minus)
(unary_op_expression "+" @role.unary.plus)
(error_suppression_expression "@" @role.error.silence)
(reference_modifier) @role.reference
(by_ref "&" @role.reference)
(reference_assignment_expression "&" @role.reference)
(conditional_expression "?" @role.ternary.then ":" @role.ternary.else)
(conditional_expression "?" @role.ternary.elvis . ":" @role.ternary.elvis)
(optional_type "?" @role.optional)
(union_type "|" @role.type.union)
(disjunctive_normal_form_type "|" @role.type.union)
(property_promotion_parameter (ERROR "..." @role.star.args))
(type_list "|" @role.alternative)
(intersection_type "&" @role.type.intersection)
(arrow_function "=>" @role.arrow.lambda)
(match_conditional_expression "=>" @role.arrow.match)
(match_default_expression "=>" @role.arrow.match)
(array_element_initializer "=>" @role.arrow.map)
(pair "=>" @role.arrow.map)
(member_access_expression "->" @role.member.pointer)
(member_call_expression "->" @role.member.pointer)
(nullsafe_member_access_expression "?->" @role.optional.chain)
(nullsafe_member_call_expression "?->" @role.optional.chain)
(scoped_call_expression "::" @role.member.static)
(scoped_property_access_expression "::" @role.member.static)
(class_constant_access_expression "::" @role.member.static)
"\\" @role.path
(qualified_name . "\\" @role.global)
(variadic_parameter "..." @role.star.args)
(variadic_unpacking "..." @role.spread)
(variadic_placeholder) @role.spread
(variable_name) @role.variable
(member_access_expression name: (variable_name) @role.variable.dynamic)
(member_call_expression name: (variable_name) @role.variable.dynamic)
(nullsafe_member_access_expression name: (variable_name) @role.variable.dynamic)
(nullsafe_member_call_expression name: (variable_name) @role.variable.dynamic)
(scoped_property_access_expression (variable_name) @role.variable.dynamic)
(scoped_call_expression (variable_name) @role.variable.dynamic)
(class_constant_access_expression (variable_name) @role.variable.dynamic)
(object_creation_expression (variable_name) @role.variable.dynamic)
(function_call_expression function: (variable_name) @role.variable.dynamic)
(binary_expression operator: "instanceof" right: (variable_name) @role.variable.dynamic)

; ---- types

(function_definition ":" @role.annotation.return)
(method_declaration ":" @role.annotation.return)
(arrow_function ":" @role.annotation.return)
(anonymous_function ":" @role.annotation.return)
(enum_declaration ":" @role.bound)

; ---- brackets

(arguments "(" @role.call.open ")" @role.call.close)
(arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)
; (`new A` is `new A()`)
(object_creation_expression (arguments . "(" @role.call.new.open . ")" @role.call.new.close) .)
(formal_parameters "(" @role.parameters.open ")" @role.parameters.close)
(formal_parameters . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(anonymous_function_use_clause "(" @role.parameters.open ")" @role.parameters.close)
(catch_clause "(" @role.parameters.open ")" @role.parameters.close)
(unset_statement "(" @role.call.open ")" @role.call.close)
(declare_statement "(" @role.call.open ")" @role.call.close)
(declare_directive "=" @role.named.argument)
(cast_expression "(" @role.cast.open ")" @role.cast.close)
(if_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(else_if_clause condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(while_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(do_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(switch_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(match_expression condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(for_statement "(" @role.condition.open ")" @role.condition.close)
(foreach_statement "(" @role.condition.open ")" @role.condition.close)
(subscript_expression "[" @role.index.open "]" @role.index.close)
(list_literal "=>" @role.arrow.map)
(list_literal ["[" "("] @role.pattern.open)
(list_literal ["]" ")"] @role.pattern.close)
(array_creation_expression "(" @role.list.open ")" @role.list.close)
(array_creation_expression "[" @role.map.open (array_element_initializer "=>") "]" @role.map.close)
(attribute_group "#[" @role.attribute.open "]" @role.attribute.close)
(declaration_list "{" @role.body.open "}" @role.body.close)
(enum_declaration_list "{" @role.body.open "}" @role.body.close)
(namespace_use_group "{" @role.import.open "}" @role.import.close)
(encapsed_string "{" @role.interpolation.open "}" @role.interpolation.close)
(shell_command_expression "{" @role.interpolation.open "}" @role.interpolation.close)
(heredoc_body "{" @role.interpolation.open "}" @role.interpolation.close)
(dynamic_variable_name "{" @role.interpolation.open "}" @role.interpolation.close)
(heredoc "<<<" @role.heredoc)
(heredoc "\"" @role.heredoc.end)
(nowdoc "<<<" @role.heredoc)
(nowdoc "'" @role.heredoc.word (heredoc_start) "'" @role.heredoc.end)
(member_access_expression "{" @role.computed.open "}" @role.computed.close)
(member_call_expression "{" @role.computed.open "}" @role.computed.close)
(nullsafe_member_access_expression "{" @role.computed.open "}" @role.computed.close)
(nullsafe_member_call_expression "{" @role.computed.open "}" @role.computed.close)
(scoped_call_expression "{" @role.computed.open "}" @role.computed.close)
(member_access_expression "{" (variable_name) @role.variable "}")
(member_call_expression "{" (variable_name) @role.variable "}")
(nullsafe_member_access_expression "{" (variable_name) @role.variable "}")
(nullsafe_member_call_expression "{" (variable_name) @role.variable "}")
(scoped_call_expression "{" (variable_name) @role.variable "}")
(heredoc_start) @role.heredoc.word
(heredoc_end) @role.heredoc.end
(heredoc_body) @role.heredoc.body
(nowdoc_body) @role.heredoc.body

; ---- colons, semicolons, words

(colon_block ":" @role.block.open)
(case_statement ":" @role.case)
(default_statement ":" @role.case)
(named_label_statement ":" @role.label)
(for_statement ";" @role.separator.for)
(for_statement ":" @role.block.open)
(for_statement "endfor" ";" @role.statement.end)
(foreach_statement "as" @role.for.each)
["endif" "endwhile" "endfor" "endforeach" "endswitch"] @role.block.close
(php_tag) @role.code.open
(php_end_tag) @role.code.close

; strings that are regular expressions
((function_call_expression
  function: (name) @_function arguments: (arguments . (argument [(string) (encapsed_string)] @role.string.regexp)))
  (#match? @_function "^preg_"))
