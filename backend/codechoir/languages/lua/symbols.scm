; What defines a symbol in Lua.

(function_declaration) @symbol.function
(function_declaration name: (method_index_expression table: (_) @receiver method: (_) @name)) @symbol.method
((field value: (function_definition)) @symbol.function
  (#set! holder "value"))
(return_statement (expression_list)) @return
((assignment_statement (variable_list . name: (_) @name) (expression_list . value: (function_definition) @holder)) @symbol.function)
((chunk (_ (assignment_statement (variable_list . name: (identifier) @name) (expression_list . value: (_) @body)) @symbol.constant))
  (#match? @name "^[A-Z][A-Z0-9_]*$"))
((chunk (assignment_statement (variable_list . name: (_) @name) (expression_list . value: (_) @body)) @symbol.constant)
  (#match? @name "^([A-Za-z_]+[.])?[A-Z][A-Z0-9_]*$"))
(comment) @doc
