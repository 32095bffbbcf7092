; Roles of tokens in regular expressions.

(any_character) @role.regexp.any
(start_assertion) @role.regexp.start
(end_assertion) @role.regexp.end
(boundary_assertion) @role.regexp.boundary
(non_boundary_assertion) @role.regexp.boundary
(alternation "|" @role.regexp.alternative)
[(zero_or_more) (one_or_more) (optional) (count_quantifier)] @role.regexp.repeat
(character_class "[" @role.regexp.class.open "]" @role.regexp.class.close)
(character_class "[" @role.regexp.class.negated "^" @role.regexp.negate)
(class_character) @role.regexp.class.character
(character_class (control_escape) @role.regexp.class.character)
(class_range "-" @role.regexp.range)
(anonymous_capturing_group "(" @role.regexp.group.open ")" @role.regexp.group.close)
(non_capturing_group "(?:" @role.regexp.group.open ")" @role.regexp.group.close)
(named_capturing_group ")" @role.regexp.group.close)
(lookaround_assertion ")" @role.regexp.group.close)
(lookaround_assertion ["(?" "(?<"] @role.regexp.look.open)
(lookaround_assertion "(?" ["=" "!"] @role.regexp.ahead)
(lookaround_assertion "(?<" ["=" "!"] @role.regexp.behind)
(named_capturing_group "(?<" @role.regexp.group.open ">" @role.regexp.name.close)
(inline_flags_group "(?" @role.regexp.flags.open)
(inline_flags_group [(flags) "-"] @role.regexp.flags)
(inline_flags_group ":" @role.regexp.flags.scope)
(inline_flags_group ")" @role.regexp.flags.close)
(inline_flags_group (pattern) ")" @role.regexp.group.close)
