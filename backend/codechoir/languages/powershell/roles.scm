; Roles of tokens in PowerShell, where their text alone does not tell (`TOKEN_ROLES`).

; ---- names and values

((assignment_operator) @role.assignment (#eq? @role.assignment "="))
((assignment_operator) @role.assignment.augmented (#match? @role.assignment.augmented "^[-+*/%]="))
((assignment_operator) @role.null.coalesce.assignment (#eq? @role.null.coalesce.assignment "??="))
(script_parameter_default "=" @role.default)
(class_property_definition "=" @role.assignment.define)
(enum_member "=" @role.assignment.define)
(hash_entry "=" @role.mapping)
(attribute_argument "=" @role.named.argument)
(variable) @role.variable
(command_elements (unary_expression (variable) @role.variable.dynamic))
(expandable_bareword (variable) @role.variable.dynamic)
(path_command_name (variable) @role.variable.dynamic)
(command_parameter) @role.flag
(command_argument_sep ":" @role.mapping)
(class_statement ":" @role.bound)
(class_method_base_ctor ":" @role.initializers)

; ---- operators

((comparison_operator) @role.comparison.equal (#match? @role.comparison.equal "^-[iI]?[eE][qQ]$"))
((comparison_operator) @role.comparison.not.equal (#match? @role.comparison.not.equal "^-[iI]?[nN][eE]$"))
((comparison_operator) @role.comparison.less (#match? @role.comparison.less "^-[iI]?[lL][tT]$"))
((comparison_operator) @role.comparison.less.equal (#match? @role.comparison.less.equal "^-[iI]?[lL][eE]$"))
((comparison_operator) @role.comparison.greater (#match? @role.comparison.greater "^-[iI]?[gG][tT]$"))
((comparison_operator) @role.comparison.greater.equal (#match? @role.comparison.greater.equal "^-[iI]?[gG][eE]$"))
((comparison_operator) @role.comparison.match (#match? @role.comparison.match "^-[iI]?[mM][aA][tT][cC][hH]$"))
((comparison_operator) @role.comparison.not.match
  (#match? @role.comparison.not.match "^-[iI]?[nN][oO][tT][mM][aA][tT][cC][hH]$"))
((comparison_operator) @role.type.test (#match? @role.type.test "^-[iI][sS]$"))
((comparison_operator) @role.type.test.not (#match? @role.type.test.not "^-[iI][sS][nN][oO][tT]$"))
((comparison_operator) @role.membership (#match? @role.membership "^-[iI][nN]$"))
((comparison_operator) @role.membership.not (#match? @role.membership.not "^-[nN][oO][tT][iI][nN]$"))
((comparison_operator) @role.type.cast (#match? @role.type.cast "^-[aA][sS]$"))
"-and" @role.logical.and
"-or" @role.logical.or
"-xor" @role.logical.xor
"-not" @role.logical.not
"-band" @role.bit.and
"-bor" @role.bit.or
"-bxor" @role.bit.xor
"-bnot" @role.bit.not
(format_operator) @role.format
(expression_with_unary_operator "-" @role.unary.minus)
(expression_with_unary_operator "+" @role.unary.plus)
(pipeline_chain_tail "&&" @role.logical.and)
(pipeline_chain_tail "||" @role.logical.or)
(pipeline_chain "|" @role.pipe)
(command_invocation_operator) @role.command
((file_redirection_operator) @role.redirect.out (#match? @role.redirect.out "^[0-9*]?>$"))
((file_redirection_operator) @role.redirect.append (#match? @role.redirect.append ">>$"))
(merging_redirection_operator) @role.redirect.duplicate
(ternary_expression ":" @role.ternary.else)
(range_expression ".." @role.range.inclusive)
"::" @role.member.static
(type_name "." @role.path)
(foreach_statement "in" @role.for.each)

; ---- brackets

(parenthesized_expression "(" @role.group.open ")" @role.group.close)
(argument_list "(" @role.call.open ")" @role.call.close)
(argument_list . "(" @role.call.empty.open . ")" @role.call.empty.close)
(attribute "(" @role.call.open ")" @role.call.close)
(attribute "(" @role.call.empty.open . ")" @role.call.empty.close)
(param_block "(" @role.parameters.open ")" @role.parameters.close)
(param_block "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(function_parameter_declaration "(" @role.parameters.open ")" @role.parameters.close)
(function_parameter_declaration . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(class_method_definition "(" @role.parameters.open ")" @role.parameters.close)
(class_method_definition "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(if_statement "(" @role.condition.open ")" @role.condition.close)
(elseif_clause "(" @role.condition.open ")" @role.condition.close)
(while_statement "(" @role.condition.open ")" @role.condition.close)
(do_statement "(" @role.condition.open ")" @role.condition.close)
(for_statement "(" @role.condition.open ")" @role.condition.close)
(for_statement ";" @role.separator.for)
(foreach_statement "(" @role.condition.open ")" @role.condition.close)
(switch_condition "(" @role.condition.open ")" @role.condition.close)
(array_expression "@(" @role.list.open ")" @role.list.close)
(hash_literal_expression "@{" @role.map.open "}" @role.map.close)
(element_access "[" @role.index.open "]" @role.index.close)
(attribute "[" @role.attribute.open "]" @role.attribute.close)
(type_literal "[" @role.annotation.open "]" @role.annotation.close)
(cast_expression (type_literal "[" @role.cast.open "]" @role.cast.close))
(sub_expression "$(" @role.command.open ")" @role.command.close)
(expandable_string_literal (sub_expression "$(" @role.interpolation.open ")" @role.interpolation.close))
(expandable_here_string_literal (sub_expression "$(" @role.interpolation.open ")" @role.interpolation.close))
(class_statement "{" @role.body.open "}" @role.body.close)
(enum_statement "{" @role.body.open "}" @role.body.close)
((variable) @role.variable
  (#match? @role.variable "^\\$([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Nn][Uu][Ll][Ll])$"))
