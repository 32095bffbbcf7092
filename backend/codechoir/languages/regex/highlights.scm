; Patterns of our own for regular expressions: plain characters in a row are one token.

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

(any_character) @role.regexp.any
(start_assertion) @role.regexp.start
(end_assertion) @role.regexp.end
(boundary_assertion) @role.regexp.boundary
(non_boundary_assertion) @role.regexp.boundary
(alternation "|" @role.regexp.alternative)
(zero_or_more "*" @role.regexp.repeat)
(one_or_more "+" @role.regexp.repeat)
(optional "?" @role.regexp.optional)
(lazy) @role.regexp.lazy
(count_quantifier "{" @role.regexp.repeat.open "}" @role.regexp.repeat.close)
(character_class "[" @role.regexp.class.open "]" @role.regexp.class.close)
(character_class "^" @role.regexp.negate)
(class_range "-" @role.regexp.range)
(anonymous_capturing_group "(" @role.regexp.group.open ")" @role.regexp.group.close)
(non_capturing_group "(?:" @role.regexp.group.open ")" @role.regexp.group.close)
(named_capturing_group ")" @role.regexp.group.close)
(lookaround_assertion ")" @role.regexp.group.close)
(lookaround_assertion ["(?" "(?<"] @role.regexp.look.open)
(lookaround_assertion "(?" ["=" "!"] @role.regexp.ahead)
(lookaround_assertion "(?<" ["=" "!"] @role.regexp.behind)
(named_capturing_group "(?<" @role.regexp.group.open ">" @role.regexp.name.close)
(count_quantifier "," @role.regexp.repeat.to)
(count_quantifier "," @role.regexp.repeat.more . "}")
