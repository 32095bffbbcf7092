; Roles of tokens in regular expressions.

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
