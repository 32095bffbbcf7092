; Roles of tokens in Python, where their text alone does not tell (`TOKEN_ROLES`).

(concatenated_string (_) . (string) @role.string.joined)
; ---- names and values

(assignment ":" @role.annotation.parameter)
(named_expression ":=" @role.assignment.walrus)
(keyword_argument "=" @role.named.argument)
(keyword_pattern "=" @role.named.argument)
(default_parameter "=" @role.default)
(typed_default_parameter "=" @role.default)
(typed_default_parameter ":" @role.annotation.parameter)
(typed_parameter ":" @role.annotation.parameter)
(constrained_type ":" @role.bound)
(type_alias_statement "=" @role.assignment.alias)
(function_definition "->" @role.annotation.return)

; ---- operators

(unary_operator "-" @role.unary.minus)
(unary_operator "+" @role.unary.plus)
(case_pattern "-" @role.unary.minus)
(union_pattern "-" @role.unary.minus)
(binary_operator "@" @role.matrix.multiply)
(binary_operator left: [(string) (concatenated_string)] operator: "%" @role.format)
(except_clause "*" @role.group)
(type (binary_operator "|" @role.type.union))
(type (binary_operator (binary_operator "|" @role.type.union)))
(type (binary_operator (binary_operator (binary_operator "|" @role.type.union))))
(union_type "|" @role.type.union)
(union_pattern "|" @role.alternative)
(dotted_name "." @role.path)
(decorator "@" @role.decorator)
(import_prefix) @role.path.relative
(wildcard_import) @role.import.all
(line_continuation) @role.continuation

; ---- stars

(list_splat "*" @role.star.args)
(list_splat_pattern "*" @role.star.args)
(splat_pattern "*" @role.star.args)
(splat_type "*" @role.star.args)
(dictionary_splat "**" @role.star.kwargs)
(dictionary_splat_pattern "**" @role.star.kwargs)
(splat_pattern "**" @role.star.kwargs)
(splat_type "**" @role.star.kwargs)
(keyword_separator) @role.parameters.keyword.only
(positional_separator) @role.parameters.positional.only

; ---- brackets

(argument_list "(" @role.call.open ")" @role.call.close)
(argument_list . "(" @role.call.empty.open . ")" @role.call.empty.close)
(call arguments: (generator_expression "(" @role.call.open ")" @role.call.close))
(class_pattern "(" @role.call.open ")" @role.call.close)
(class_pattern . (_) . "(" @role.call.empty.open . ")" @role.call.empty.close)
(class_definition superclasses: (argument_list "(" @role.bases.open ")" @role.bases.close))
(parameters "(" @role.parameters.open ")" @role.parameters.close)
(parameters . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(tuple "(" @role.tuple.open ")" @role.tuple.close)
(tuple_pattern "(" @role.pattern.open ")" @role.pattern.close)
(list_pattern "[" @role.pattern.open "]" @role.pattern.close)
(dict_pattern "{" @role.pattern.open "}" @role.pattern.close)
(import_from_statement "(" @role.import.open ")" @role.import.close)
(subscript "[" @role.index.open "]" @role.index.close)
(type (subscript "[" @role.generic.open "]" @role.generic.close))
(class_definition superclasses: (argument_list (subscript "[" @role.generic.open "]" @role.generic.close)))
(type_parameter "[" @role.generic.open "]" @role.generic.close)
(dictionary "{" @role.map.open "}" @role.map.close)
(dictionary_comprehension "{" @role.map.open "}" @role.map.close)
(set "{" @role.set.open "}" @role.set.close)
(set_comprehension "{" @role.set.open "}" @role.set.close)
(interpolation "{" @role.interpolation.open "}" @role.interpolation.close)
(format_expression "{" @role.interpolation.open "}" @role.interpolation.close)
(format_specifier) @role.format.spec
(type_conversion) @role.format.spec
(interpolation "=" @role.format.spec)

; ---- colons

(pair ":" @role.mapping)
(dict_pattern ":" @role.mapping)
(slice ":" @role.slice)
(slice ":" ":" @role.slice.step)
(lambda ":" @role.arrow.lambda)
(class_definition ":" @role.body.open)
(function_definition ":" @role.block.open)
(if_statement ":" @role.block.open)
(elif_clause ":" @role.block.open)
(else_clause ":" @role.block.open)
(for_statement ":" @role.block.open)
(while_statement ":" @role.block.open)
(try_statement ":" @role.block.open)
(except_clause ":" @role.block.open)
(finally_clause ":" @role.block.open)
(with_statement ":" @role.block.open)
(match_statement ":" @role.block.open)
(case_clause ":" @role.block.open)

; ---- words

(lambda "lambda" @role.lambda)
(for_in_clause "for" @role.comprehension.for)
(if_clause "if" @role.comprehension.if)
(case_clause guard: (if_clause "if" @role.guard))
(for_statement "in" @role.for.each)
(for_in_clause "in" @role.for.each)
(conditional_expression "if" @role.ternary.if)
(conditional_expression "else" @role.ternary.otherwise)

; strings that are regular expressions
((call
  function: (attribute object: (identifier) @_module attribute: (identifier) @_function)
  arguments: (argument_list . [
    (string) @role.string.regexp
    (concatenated_string (string) @role.string.regexp)
    (binary_operator left: (string) @role.string.regexp "%")
  ]))
  (#any-of? @_module "re" "regex")
  (#any-of? @_function "compile" "search" "match" "fullmatch" "sub" "subn" "split" "findall" "finditer"))
((call
  function: (attribute object: (identifier) @_module)
  arguments: (argument_list . [
    (string) @role.string.regexp.verbose
    (binary_operator left: (string) @role.string.regexp.verbose "%")
  ]) @_arguments)
  (#any-of? @_module "re" "regex")
  (#match? @_arguments "[.|( ](X|VERBOSE)[ ,|)\n]|^[(]\\s*[a-zA-Z]*[\"']+[(][?][a-zA-Z]*x"))
; ---- what must not sound like another program

(return_statement (expression_list "," @role.separator.bare))
(assignment right: (expression_list "," @role.separator.bare))
(augmented_assignment right: (expression_list "," @role.separator.bare))
(yield (expression_list "," @role.separator.bare))
(for_statement right: (expression_list "," @role.separator.bare))
(expression_statement "," @role.separator.bare)
(assert_statement "," @role.separator.bare)
(with_clause "," @role.separator.bare)
(case_clause "," @role.separator.bare)
(expression_list "," @role.separator.alone .)
(expression_statement "," @role.separator.alone .)
(pattern_list "," @role.separator.alone .)
(subscript "," @role.separator.alone . "]")
