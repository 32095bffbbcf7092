; Roles of tokens in Elixir, where their text alone does not tell (`TOKEN_ROLES`).

; ---- names, values and operators
;
; Each of these signs is always the same operator, but for those below. They stand outside of
; `(binary_operator operator: [...])`, which tries every sign again at each operand of a chain.

[
  "=" @role.assignment.pattern
  "\\\\" @role.default
  "<-" @role.for.each
  "::" @role.annotation
  "|>" @role.pipe
  "<>" @role.concatenate
  "++" @role.concatenate
  "--" @role.subtract
  "|" @role.alternative
  "=>" @role.arrow.map
  ".." @role.range.inclusive
  "//" @role.slice.step
  "not in" @role.membership.not
]
(unary_operator operator: [
  "@" @role.decorator
  "-" @role.unary.minus
  "+" @role.unary.plus
  "^" @role.pattern.pin
  "&" @role.capture
  "not" @role.logical.not
])
(_ left: (identifier) operator: "=" @role.assignment)
(_ operator: "&" @role.capture.argument operand: (integer))
(_ operator: "&" operand: (_ operator: "/" @role.arity))
(bitstring (_ operator: "::" @role.format.type))
(list (_ operator: "|" @role.cons))
(map_content (_ operator: "|" @role.update))
(stab_clause operator: "->" @role.arrow.match)
(anonymous_function (_ operator: "->" @role.arrow.lambda))

; ---- brackets

(arguments "(" @role.call.open ")" @role.call.close)
(arguments . "(" @role.call.empty.open . ")" @role.call.empty.close)
((call
    target: (identifier) @_define
    (arguments (call (arguments "(" @role.parameters.open ")" @role.parameters.close))))
  (#any-of? @_define "def" "defmacro" "defmacrop" "defp"))
((call
    target: (identifier) @_define
    (arguments (call (arguments . "(" @role.parameters.empty.open . ")" @role.parameters.empty.close))))
  (#any-of? @_define "def" "defmacro" "defmacrop" "defp"))
((call
    target: (identifier) @_define
    (arguments
      (binary_operator
        left: (call (arguments "(" @role.parameters.open ")" @role.parameters.close))
        operator: "when")))
  (#any-of? @_define "def" "defmacro" "defmacrop" "defp"))
(tuple "{" @role.tuple.open "}" @role.tuple.close)
(list "[" @role.list.open "]" @role.list.close)
(map "%" @role.struct "{" @role.map.open "}" @role.map.close)
(map "%" @role.struct (struct) "{" @role.fields.open "}" @role.fields.close)
(dot right: (tuple "{" @role.import.open "}" @role.import.close))
(access_call "[" @role.index.open "]" @role.index.close)
(bitstring "<<" @role.bits.open ">>" @role.bits.close)
(interpolation "#{" @role.interpolation.open "}" @role.interpolation.close)
(do_block "do" @role.block.open "end" @role.block.close)
(anonymous_function "fn" @role.lambda "end" @role.block.close)
