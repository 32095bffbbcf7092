; Roles of tokens in Haskell, where their text alone does not tell (`TOKEN_ROLES`).

; ---- names and values

(match "=" @role.arrow.body)
(data_type "=" @role.assignment.alias)
(newtype "=" @role.assignment.alias)
(type_synonym "=" @role.assignment.alias)
(field_update "=" @role.named.argument)
(field_pattern "=" @role.named.argument)

; ---- types

"::" @role.annotation
(function arrow: "->" @role.arrow.type)
(context arrow: "=>" @role.arrow.type)
(forall "." @role.case)
(strict_field "!" @role.strict)
(strict "!" @role.strict)
(lazy_field "~" @role.lazy)
(irrefutable "~" @role.lazy)

; ---- operators

((operator) @role.plus (#eq? @role.plus "+"))
((operator) @role.minus (#eq? @role.minus "-"))
((operator) @role.times (#eq? @role.times "*"))
((operator) @role.divide (#eq? @role.divide "/"))
((operator) @role.power (#any-of? @role.power "^" "^^" "**"))
((operator) @role.comparison.equal (#eq? @role.comparison.equal "=="))
((operator) @role.comparison.not.equal (#eq? @role.comparison.not.equal "/="))
((operator) @role.comparison.less (#eq? @role.comparison.less "<"))
((operator) @role.comparison.less.equal (#eq? @role.comparison.less.equal "<="))
((operator) @role.comparison.greater (#eq? @role.comparison.greater ">"))
((operator) @role.comparison.greater.equal (#eq? @role.comparison.greater.equal ">="))
((operator) @role.logical.and (#eq? @role.logical.and "&&"))
((operator) @role.logical.or (#eq? @role.logical.or "||"))
((operator) @role.concatenate (#eq? @role.concatenate "++"))
(negation "-" @role.unary.minus)
(lambda "\\" @role.lambda)
(lambda "->" @role.arrow.lambda)
(lambda_case "\\" @role.lambda)
(match "->" @role.arrow.match)
(match "|" @role.guard.open)
(data_constructors "|" @role.alternative)
(list_comprehension "|" @role.comprehension.for)
(fundeps "|" @role.guard.open)
(fundep "->" @role.arrow.type)
(generator "<-" @role.for.each)
(as "@" @role.pattern.binding)
(type_application "@" @role.generic.open)
(wildcard) @role.wildcard
(all_names) @role.import.all
(arithmetic_sequence ".." @role.range.inclusive)
(module "." @role.path)
"`" @role.code.quote

; ---- brackets

(parens "(" @role.group.open ")" @role.group.close)
(tuple "(" @role.tuple.open ")" @role.tuple.close)
(unit "(" @role.tuple.open ")" @role.tuple.close)
(left_section "(" @role.group.open ")" @role.group.close)
(right_section "(" @role.group.open ")" @role.group.close)
(prefix_id "(" @role.block.open ")" @role.block.close)
(exports "(" @role.import.open ")" @role.import.close)
(import_list "(" @role.import.open ")" @role.import.close)
(children "(" @role.import.open ")" @role.import.close)
(deriving classes: (tuple "(" @role.import.open ")" @role.import.close))
(deriving classes: (parens "(" @role.import.open ")" @role.import.close))
(context context: (tuple "(" @role.block.open ")" @role.block.close))
(context context: (parens "(" @role.block.open ")" @role.block.close))
(list "[" @role.list.open "]" @role.list.close)
(list_comprehension "[" @role.list.open "]" @role.list.close)
(arithmetic_sequence "[" @role.list.open "]" @role.list.close)
(empty_list "[" @role.list.open "]" @role.list.close)
(fields "{" @role.body.open "}" @role.body.close)
(record "{" @role.fields.open "}" @role.fields.close)
(newtype_constructor field: (record "{" @role.body.open "}" @role.body.close))
