; Captures for regular expressions. On one node the last pattern wins: these follow those of the wheel.

(pattern) @string.regexp
(pattern_character) @string.regexp
(class_character) @string.regexp.character
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
(zero_or_more) @operator
(one_or_more) @operator
(optional) @operator
(count_quantifier) @operator
(named_group_backreference) @string.escape
(posix_character_class) @string.escape
(unicode_property_name) @property
(unicode_property_value) @property
(character_class "^" @punctuation.bracket)
(flags) @string.regexp
(inline_flags_group ["(?" ":" ")"] @punctuation.bracket)
(inline_flags_group "-" @operator)
(lookaround_assertion) @none
(lookaround_assertion ["(?" "=" "!" "<" ")"] @punctuation.bracket)
