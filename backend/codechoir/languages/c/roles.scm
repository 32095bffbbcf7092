; Roles of tokens in C, where their text alone does not tell (`TOKEN_ROLES`).

(if_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(while_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(switch_statement condition: (parenthesized_expression "(" @role.condition.open ")" @role.condition.close))
(subscript_expression "[" @role.index.open "]" @role.index.close)
(variadic_parameter) @role.variadic

; ---- what must not sound like another program

(translation_unit ";" @role.statement.empty)
(translation_unit [(struct_specifier) (union_specifier) (enum_specifier)] . ";" @role.statement.end)
