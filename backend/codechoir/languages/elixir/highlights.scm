; Captures for Elixir. On one node the last pattern wins. The query of the wheel is not used: it takes long to compile.

; ---- names

(identifier) @variable
((identifier) @variable
  (#match? @variable "^_"))
((identifier) @constant.builtin
  (#any-of? @constant.builtin "__MODULE__" "__DIR__" "__ENV__" "__CALLER__" "__STACKTRACE__"))
(alias) @type
(pair key: (keyword) @property)
(pair key: (quoted_keyword) @property)

; ---- functions and definitions

(call target: (identifier) @function)
(call target: (dot right: (identifier) @function.method))
(call target: (dot right: (identifier) @property) .)
(call target: (dot left: [(alias) (atom)] right: (identifier) @function.method))
(binary_operator operator: "|>" right: (identifier) @function)
((call target: (identifier) @keyword)
  (#any-of? @keyword
    "def" "defdelegate" "defexception" "defguard" "defguardp" "defimpl" "defmacro" "defmacrop" "defmodule" "defn"
    "defnp" "defoverridable" "defp" "defprotocol" "defstruct" "defrecord" "alias" "case" "cond" "for" "if" "import"
    "quote" "raise" "receive" "require" "reraise" "super" "throw" "try" "unless" "unquote" "unquote_splicing" "use"
    "with"))
((call
    target: (identifier) @_define
    (arguments [
      (call target: (identifier) @function)
      (binary_operator left: (call target: (identifier) @function) operator: "when")
      (identifier) @function
    ]))
  (#any-of? @_define "def" "defdelegate" "defguard" "defguardp" "defmacro" "defmacrop" "defn" "defnp" "defp"))
((call
    target: (identifier) @_define
    (arguments (call (arguments (identifier) @variable.parameter))))
  (#any-of? @_define "def" "defmacro" "defmacrop" "defp"))
((call
    target: (identifier) @_define
    (arguments (binary_operator left: (call (arguments (identifier) @variable.parameter)) operator: "when")))
  (#any-of? @_define "def" "defmacro" "defmacrop" "defp"))
(anonymous_function (stab_clause left: (arguments (identifier) @variable.parameter)))
(unary_operator
  operator: "@" @operator
  operand: [(identifier) @attribute (call target: (identifier) @attribute)])
((unary_operator
    operator: "@"
    operand: (call
      target: (identifier) @_type
      (arguments (binary_operator left: [(identifier) @type (call target: (identifier) @type)] operator: "::"))))
  (#any-of? @_type "type" "typep" "opaque"))
((unary_operator
    operator: "@"
    operand: (call
      target: (identifier) @_spec
      (arguments (binary_operator left: (call target: (identifier) @function) operator: "::"))))
  (#any-of? @_spec "spec" "callback" "macrocallback"))

; ---- literals

(comment) @comment
[(integer) (float)] @number
[(string) (charlist)] @string
(escape_sequence) @string.escape
(sigil) @string.special
((sigil (sigil_name) @_name) @string.regex
  (#match? @_name "^[rR]$"))
[(boolean) (nil)] @constant.builtin
(boolean ["true" "false"] @constant.builtin)
(nil "nil" @constant.builtin)
(char) @character
[(atom) (quoted_atom)] @string.special.symbol
((unary_operator
    operator: "@"
    operand: (call target: (identifier) @_doc (arguments [(string) (charlist) (sigil)] @string.documentation)))
  (#any-of? @_doc "moduledoc" "typedoc" "doc" "shortdoc"))
(interpolation) @none
(interpolation ["#{" "}"] @punctuation.special)

; ---- words and symbols

(binary_operator operator: _ @operator)
(unary_operator operator: _ @operator)
(stab_clause operator: _ @operator)
(operator_identifier) @operator
["," ";"] @punctuation.delimiter
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["when" "fn" "do" "end" "catch" "rescue" "after" "else"] @keyword
["and" "or" "not" "in" "not in"] @keyword.operator
(dot operator: "." @punctuation.delimiter)
["<<" ">>"] @punctuation.bracket
(map "%" @punctuation.special)
(map (struct (alias) @constructor))
((pair key: (keyword) @keyword)
  (#match? @keyword "^(do|else|rescue|after|catch): ?$"))
(unary_operator operator: "&" operand: (integer) @number)
(unary_operator
  operator: "&"
  operand: (binary_operator left: (identifier) @function operator: "/" right: (integer)))
