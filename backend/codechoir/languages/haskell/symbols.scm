; What defines a symbol in Haskell.

(declarations (function name: (_) @name) @symbol.function)
(declarations (bind name: (_) @name) @symbol.constant)
((declarations (bind name: (_) @name) @symbol.function)
  (#eq? @name "main"))
(data_type) @symbol.type
(newtype) @symbol.type
(type_synonym) @symbol.type
(class) @symbol.class
(instance) @symbol.instance
(instance name: (_) @trait patterns: (_) @name) @symbol.instance
(haddock) @doc
(comment) @doc
(signature) @attribute
