; Roles of tokens in Ruby, where their text alone does not tell (`TOKEN_ROLES`).

; ---- names and values

(optional_parameter "=" @role.default)
(method "=" @role.arrow.body)
(singleton_method "=" @role.arrow.body)
(setter "=" @role.setter)
(pair ":" @role.mapping)
(pair "=>" @role.arrow.map)
(argument_list (pair ":" @role.named.argument))
(keyword_parameter ":" @role.named.argument)
(keyword_pattern ":" @role.mapping)
(exception_variable "=>" @role.pattern.binding)
(as_pattern "=>" @role.pattern.binding)
(match_pattern "=>" @role.comparison.match)
(in_clause "in" @role.comparison.match)
(test_pattern "in" @role.comparison.match)
(binary "===" @role.comparison.case)

; ---- operators

(unary "-" @role.unary.minus)
(unary "+" @role.unary.plus)
(unary "defined?" @role.defined)
(conditional "?" @role.ternary.then ":" @role.ternary.else)
(call "&." @role.optional.chain)
(call "::" @role.member.static)
(scope_resolution "::" @role.path)
(scope_resolution . "::" @role.global)
(range "..." @role.range.exclusive)
(range ".." @role.range.inclusive)
(splat_argument "*" @role.star.args)
(splat_parameter "*" @role.star.args)
(rest_assignment "*" @role.star.args)
(hash_splat_argument "**" @role.star.kwargs)
(hash_splat_parameter "**" @role.star.kwargs)
(hash_splat_nil "**" @role.star.kwargs)
(block_argument "&" @role.block.argument)
(block_parameter "&" @role.block.argument)
(alternative_pattern "|" @role.alternative)
(variable_reference_pattern "^" @role.pattern.pin)
(expression_reference_pattern "^" @role.pattern.pin)
(lambda "->" @role.lambda)
(superclass "<" @role.bound)
; (`a << 1` and `1 << a` are numbers, all else is a list, a string or a file)
(binary "<<" @role.append)
(binary left: (integer) "<<" @role.shift.left)
(binary "<<" @role.shift.left right: (integer))
(singleton_class "<<" @role.singleton)
(operator) @role.operator.name
(forward_parameter) @role.spread
(forward_argument) @role.spread
(global_variable) @role.global.variable
(heredoc_beginning) @role.heredoc
(heredoc_body) @role.heredoc.body
(heredoc_end) @role.heredoc.end

; ---- brackets

(argument_list "(" @role.call.open ")" @role.call.close)
(argument_list . "(" @role.call.empty.open . ")" @role.call.empty.close)
(method_parameters "(" @role.parameters.open ")" @role.parameters.close)
(method_parameters . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(lambda_parameters "(" @role.parameters.open ")" @role.parameters.close)
(block_parameters "|" @role.lambda.parameters.open "|" @role.lambda.parameters.close)
(destructured_parameter "(" @role.pattern.open ")" @role.pattern.close)
(element_reference "[" @role.index.open "]" @role.index.close)
(hash "{" @role.map.open "}" @role.map.close)
(hash_pattern "{" @role.pattern.open "}" @role.pattern.close)
(array_pattern "[" @role.pattern.open "]" @role.pattern.close)
(interpolation "#{" @role.interpolation.open "}" @role.interpolation.close)
(regex "/" @role.regexp.open "/" @role.regexp.close)
(string_array "%w(" @role.list.open ")" @role.list.close)
(symbol_array "%i(" @role.list.open ")" @role.list.close)

; ---- words that open and close

(do_block "do" @role.block.open "end" @role.block.close)
(do "do" @role.block.open)
(do "end" @role.block.close)
(method "end" @role.block.close)
(singleton_method "end" @role.block.close)
(class "end" @role.body.close)
(module "end" @role.body.close)
(singleton_class "end" @role.body.close)
(if "end" @role.block.close)
(unless "end" @role.block.close)
(case "end" @role.block.close)
(case_match "end" @role.block.close)
(begin "begin" @role.block.open "end" @role.block.close)
(in "in" @role.for.each)
(if_guard "if" @role.guard)
(unless_guard "unless" @role.guard)

; strings that are regular expressions
((call
  receiver: (constant) @_class method: (identifier) @_method arguments: (argument_list . (string) @role.string.regexp))
  (#eq? @_class "Regexp") (#any-of? @_method "new" "compile"))
(regex) @role.regexp
((regex) @role.regexp.verbose (#match? @role.regexp.verbose "^(/|%r\\W)(.|\n)*\\W[a-wyz]*x[a-z]*$"))
; ---- what must not sound like another program

(left_assignment_list "," @role.separator.left)
(block_parameters ";" @role.separator.locals)
(element_reference (assignment "=" @role.assignment.inside))
(argument_list (assignment "=" @role.assignment.inside))
(parenthesized_statements (assignment "=" @role.assignment.inside))
(left_assignment_list "," @role.separator.alone .)
