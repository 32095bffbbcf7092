; Roles of tokens in Swift, where their text alone does not tell (`TOKEN_ROLES`).

; ---- heads of functions, and conditions
;
; A pattern takes the longer to compile, the more its node can contain. So there is one for each of these types.

"->" @role.annotation.return
(ERROR "func" "(" @role.parameters.open ")" @role.parameters.close)
(ERROR "func" "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(function_declaration [
  "=" @role.default
  "->" @role.annotation.return
  "(" @role.parameters.open
  ")" @role.parameters.close
])
(protocol_function_declaration ["->" @role.annotation.return "(" @role.parameters.open ")" @role.parameters.close])
(init_declaration [
  "=" @role.default
  "?" @role.optional
  (bang) @role.non.null
  "(" @role.parameters.open
  ")" @role.parameters.close
])
(subscript_declaration [
  "=" @role.default
  "->" @role.annotation.return
  "(" @role.parameters.open
  ")" @role.parameters.close
])
(_ "(" @role.parameters.empty.open . ")" @role.parameters.empty.close)
(_ condition: "=" @role.assignment.define)
(_ "case" "(" @role.pattern.open ")" @role.pattern.close)
(_ "case" "=" @role.assignment.pattern)

; ---- names and values

(property_declaration "=" @role.assignment.define)
(enum_entry "=" @role.assignment.define)
(typealias_declaration "=" @role.assignment.alias)
(associatedtype_declaration "=" @role.default)
(value_argument ":" @role.named.argument)
(tuple_expression ":" @role.named.argument)

; ---- types

(type_annotation ":" @role.annotation)
(type_annotation "!" @role.non.null)
(parameter ":" @role.annotation.parameter)
(lambda_parameter ":" @role.annotation.parameter)
(enum_type_parameters ":" @role.annotation.parameter)
(tuple_type_item ":" @role.annotation.parameter)
(class_declaration ":" @role.bound)
(protocol_declaration ":" @role.bound)
(associatedtype_declaration ":" @role.bound.parameter)
(type_parameter ":" @role.bound.parameter)
(inheritance_constraint ":" @role.bound.parameter)
(lambda_function_type "->" @role.annotation.return)
(function_type "->" @role.arrow.type)
(optional_type "?" @role.optional)
(protocol_composition_type "&" @role.type.intersection)

; ---- operators

["..."] @role.range.inclusive
["..<"] @role.range
(_ name: (_) "..." @role.variadic)
(_ operation: (bang) @role.non.null)
(attribute ["@" @role.decorator "*" @role.wildcard "(" @role.call.open ")" @role.call.close])
(prefix_expression operation: "-" @role.unary.minus)
(prefix_expression operation: "+" @role.unary.plus)
(prefix_expression operation: "&" @role.reference)
(prefix_expression operation: (bang) @role.logical.not)
(try_operator "?" @role.optional)
(try_operator "!" @role.non.null)
(navigation_expression "?" @role.optional.chain)
(call_expression "?" @role.optional.chain)
(ternary_expression ":" @role.ternary.else)
(check_expression op: "is" @role.type.test)
(for_statement "in" @role.for.each)
(lambda_literal "in" @role.arrow.lambda)
(switch_entry ":" @role.case)
(switch_entry "," @role.alternative)
(key_path_expression "\\" @role.reference)
(macro_invocation "#" @role.macro.bang)
(wildcard_pattern) @role.wildcard
((custom_operator) @role.pipe (#eq? @role.pipe "|>"))
((custom_operator) @role.comparison.match (#eq? @role.comparison.match "~="))

; ---- brackets

(value_arguments "(" @role.call.open ")" @role.call.close)
(value_arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)
(value_arguments "[" @role.index.open "]" @role.index.close)
(lambda_function_type "(" @role.parameters.open ")" @role.parameters.close)
(enum_type_parameters "(" @role.parameters.open ")" @role.parameters.close)
(tuple_type "(" @role.tuple.open ")" @role.tuple.close)
(function_type params: (tuple_type "(" @role.parameters.open ")" @role.parameters.close))
(function_type params: (tuple_type . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close))
(visibility_modifier "(" @role.restriction.open ")" @role.restriction.close)
(tuple_expression "(" @role.tuple.open "," ")" @role.tuple.close)
(pattern ":" @role.named.argument)
(pattern "(" @role.pattern.open ")" @role.pattern.close)
(array_literal "[" @role.list.open "]" @role.list.close)
(array_type "[" @role.array.type.open "]" @role.array.type.close)
(dictionary_literal "[" @role.map.open "]" @role.map.close)
(dictionary_literal ":" @role.mapping)
(dictionary_type "[" @role.map.open "]" @role.map.close)
(dictionary_type ":" @role.arrow.map)
(capture_list "[" @role.capture.open "]" @role.capture.close)
(type_arguments "<" @role.generic.open ">" @role.generic.close)
(type_parameters "<" @role.generic.open ">" @role.generic.close)
(class_body "{" @role.body.open "}" @role.body.close)
(enum_class_body "{" @role.body.open "}" @role.body.close)
(protocol_body "{" @role.body.open "}" @role.body.close)
(line_string_literal "\\(" @role.interpolation.open ")" @role.interpolation.close)
(multi_line_string_literal "\\(" @role.interpolation.open ")" @role.interpolation.close)
(raw_str_interpolation (raw_str_interpolation_start) @role.interpolation.open ")" @role.interpolation.close)

; `!(a)` is read as a call of `!`
(call_expression (bang) @role.logical.not (call_suffix (value_arguments "(" @role.group.open ")" @role.group.close)))
