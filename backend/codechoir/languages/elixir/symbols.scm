; What defines a symbol in Elixir.

((call target: (identifier) @_define (arguments . (alias) @name)) @symbol.module
  (#any-of? @_define "defmodule" "defimpl"))
((call target: (identifier) @_define (arguments . (alias) @name)) @symbol.interface
  (#eq? @_define "defprotocol"))
((call
    target: (identifier) @_define
    (arguments . [
      (call target: (identifier) @name)
      (binary_operator left: (call target: (identifier) @name) operator: "when")
      (identifier) @name
    ])) @symbol.function
  (#any-of? @_define "def" "defp" "defn" "defnp" "defguard" "defguardp" "defdelegate"))
((call
    target: (identifier) @_define
    (arguments . [
      (call target: (identifier) @name)
      (binary_operator left: (call target: (identifier) @name) operator: "when")
    ])) @symbol.macro
  (#any-of? @_define "defmacro" "defmacrop"))
((call target: (identifier) @_define (arguments . (alias) @trait (keywords (pair value: (_) @name)))) @symbol.implementation
  (#eq? @_define "defimpl"))
((unary_operator operand: (call target: (identifier) @name (arguments . [(integer) (float) (string) (atom) (list) (map) (tuple) (binary_operator) (sigil)] @body))) @symbol.constant
  (#not-match? @name "doc$|^(spec|impl|type|typep|opaque|callback|macrocallback|behaviour|derive|dialyzer|deprecated|since|tag|moduletag|describetag|external_resource|compile|before_compile|after_compile|on_load|on_definition|enforce_keys|optional_callbacks|fallback_to_any|protocol|vsn)$"))
((unary_operator operand: (call target: (identifier) @_doc (arguments (string (quoted_content) @text)))) @doc
  (#any-of? @_doc "doc" "typedoc"))
((unary_operator operand: (call target: (identifier) @_doc (arguments (string (quoted_content) @docstring))))
  (#eq? @_doc "moduledoc"))
((unary_operator operand: (call target: (identifier) @_spec)) @attribute
  (#any-of? @_spec "spec" "impl" "deprecated"))
(comment) @doc
