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
