; Captures for regular expressions. On one node the last pattern wins: these follow those of the wheel.

(pattern) @string.regexp
(pattern_character) @string.regexp
(class_character) @string.regexp
(any_character) @operator
(identity_escape) @string.escape
(control_escape) @string.escape
(control_letter_escape) @string.escape
(character_class_escape) @string.escape
(unicode_character_escape) @string.escape
(decimal_escape) @string.escape
(backreference_escape) @string.escape
(start_assertion) @operator
(end_assertion) @operator
(boundary_assertion) @operator
(non_boundary_assertion) @operator
(lazy) @operator
(unicode_property_name) @property
(unicode_property_value) @property
(count_quantifier "{" @operator "}" @operator)
(lookaround_assertion) @none
(lookaround_assertion ["(?" "=" "!" "<" ")"] @punctuation.bracket)
