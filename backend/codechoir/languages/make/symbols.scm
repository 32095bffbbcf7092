; What defines a symbol in Makefiles.

((rule (targets) @name) @symbol.rule
  (#not-match? @name "^[.]"))
(define_directive name: (word) @name) @symbol.function
(comment) @doc
((variable_assignment name: (word) @name value: (_) @body) @symbol.constant
  (#match? @name "^[A-Z][A-Z0-9_]*$"))
