; Captures for elements inside JavaScript and TypeScript. On one node the last pattern wins: these follow those of the wheel.

(jsx_text) @text.plain
(html_character_reference) @string.escape
(jsx_attribute (property_identifier) @attribute)
(jsx_attribute "=" @operator)
(jsx_opening_element name: (identifier) @tag)
(jsx_closing_element name: (identifier) @tag)
(jsx_self_closing_element name: (identifier) @tag)
(jsx_opening_element name: (member_expression property: (property_identifier) @tag))
(jsx_closing_element name: (member_expression property: (property_identifier) @tag))
(jsx_self_closing_element name: (member_expression property: (property_identifier) @tag))
(jsx_namespace_name (identifier) @tag)
(jsx_attribute (jsx_namespace_name (identifier) @attribute))
(jsx_expression "{" @punctuation.special "}" @punctuation.special)
(jsx_opening_element ["<" ">"] @punctuation.bracket)
(jsx_closing_element ["</" ">"] @punctuation.bracket)
(jsx_self_closing_element ["<" "/>"] @punctuation.bracket)
