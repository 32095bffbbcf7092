; What defines a symbol in Python.

(function_definition) @symbol.function
(class_definition) @symbol.class
(return_statement) @return
(module (expression_statement (assignment left: (identifier) @name right: (_) @body) @symbol.constant)
  (#match? @name "^_?[A-Z][A-Z0-9_]*$"))
(type_alias_statement left: (type (identifier) @name) right: (_) @body) @symbol.type
(comment) @doc
(function_definition body: (block . (expression_statement . (string) @docstring)))
(class_definition body: (block . (expression_statement . (string) @docstring)))
