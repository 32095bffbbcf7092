; What defines a symbol in Lua.

(function_declaration) @symbol.function
(function_declaration name: (method_index_expression)) @symbol.method
((field value: (function_definition)) @symbol.function
  (#set! holder "value"))
(return_statement (expression_list)) @return
