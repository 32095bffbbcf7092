; Roles of tokens in elements inside JavaScript and TypeScript, where their text alone does not tell (`TOKEN_ROLES`).

(jsx_text) @role.text
(jsx_attribute "=" @role.attribute.value)
(jsx_opening_element "<" @role.tag.open)
(jsx_opening_element ">" @role.tag.close)
(jsx_closing_element "</" @role.tag.end.open)
(jsx_closing_element ">" @role.tag.close)
(jsx_self_closing_element "<" @role.tag.open)
(jsx_self_closing_element "/>" @role.tag.empty.close)
(jsx_expression "{" @role.interpolation.open "}" @role.interpolation.close)
(parenthesized_expression "(" @role.markup.open . [(jsx_element) (jsx_self_closing_element)] . ")" @role.markup.close)
