; Roles of tokens in JavaScript and TypeScript, where their text alone does not tell (`TOKEN_ROLES`).

; ---- names and values

(variable_declarator "=" @role.assignment.define)
(assignment_pattern "=" @role.default)
(object_assignment_pattern "=" @role.default)

; ---- operators

(unary_expression "-" @role.unary.minus)
(unary_expression "+" @role.unary.plus)
(optional_chain) @role.optional.chain
(subscript_expression (optional_chain) @role.optional.chain.index)
(ternary_expression "?" @role.ternary.then ":" @role.ternary.else)
(arrow_function "=>" @role.arrow.lambda)
(spread_element "..." @role.spread)
(rest_pattern "..." @role.star.args)
(yield_expression "*" @role.yield.all)
(generator_function "*" @role.generator)
(generator_function_declaration "*" @role.generator)
(method_definition "*" @role.generator)
(namespace_import "*" @role.import.all)
(namespace_export "*" @role.import.all)
(export_statement "*" @role.import.all)
(decorator "@" @role.decorator)
(regex "/" @role.regexp.open)
(regex "/" @role.regexp.open pattern: (_) "/" @role.regexp.close)
(regex_flags) @role.regexp.close

; ---- brackets

(arguments "(" @role.call.open ")" @role.call.close)
(arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)
; (`new A` is `new A()`, unless a member or a call follows)
(new_expression arguments: (arguments . "(" @role.call.new.open . ")" @role.call.new.close))
(_ object: (new_expression arguments: (arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)))
(_ function: (new_expression arguments: (arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)))
(formal_parameters "(" @role.parameters.open ")" @role.parameters.close)
(formal_parameters . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(if_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(while_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(do_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(switch_statement value: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(with_statement object: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(for_statement "(" @role.condition.open ")" @role.condition.close)
(for_in_statement "(" @role.condition.open ")" @role.condition.close)
(catch_clause "(" @role.parameters.open ")" @role.parameters.close)
(subscript_expression "[" @role.index.open "]" @role.index.close)
(object "{" @role.map.open "}" @role.map.close)
(object_pattern "{" @role.pattern.open "}" @role.pattern.close)
(array_pattern "[" @role.pattern.open "]" @role.pattern.close)
(computed_property_name "[" @role.computed.open "]" @role.computed.close)
(class_body "{" @role.body.open "}" @role.body.close)
(named_imports "{" @role.import.open "}" @role.import.close)
(export_clause "{" @role.import.open "}" @role.import.close)
(template_substitution "${" @role.interpolation.open "}" @role.interpolation.close)

; ---- colons and semicolons

(pair ":" @role.mapping)
(pair_pattern ":" @role.mapping)
(switch_case ":" @role.case)
(switch_default ":" @role.case)
(labeled_statement ":" @role.label)
(for_statement ";" @role.separator.for)
(for_statement initializer: (_ ";" @role.separator.for))
(for_statement condition: (_ ";" @role.separator.for))

; ---- words

(for_in_statement ["of" "in"] @role.for.each)

; strings that are regular expressions
((new_expression constructor: (identifier) @_class arguments: (arguments . (string) @role.string.regexp))
  (#eq? @_class "RegExp"))
((call_expression function: (identifier) @_class arguments: (arguments . (string) @role.string.regexp))
  (#eq? @_class "RegExp"))
((_ arguments: (arguments
  . (call_expression function: (member_expression) @_raw arguments: (template_string) @role.string.regexp))) @_call
  (#eq? @_raw "String.raw") (#match? @_call "^(new )?RegExp"))
; ---- what must not sound like another program

(assignment_expression "=" @role.assignment.inside)
(expression_statement (assignment_expression "=" @role.assignment))
(expression_statement (assignment_expression right: (assignment_expression "=" @role.assignment)))
(for_statement initializer: (_ (assignment_expression "=" @role.assignment)))
(for_statement initializer: (assignment_expression "=" @role.assignment))
(sequence_expression "," @role.comma)
(lexical_declaration "," @role.separator.bare)
(variable_declaration "," @role.separator.bare)
(empty_statement ";" @role.statement.empty)
(import_clause (identifier) @role.import.default)
