; What tokens do in C alone; what C++ shares is in `c.roles.scm`.

(if_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(while_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(switch_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(subscript_expression "[" @role.index.open "]" @role.index.close)
(variadic_parameter) @role.variadic
