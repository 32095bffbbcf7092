; What defines a symbol in JavaScript and TypeScript.

(function_declaration) @symbol.function
(generator_function_declaration) @symbol.function
(class_declaration) @symbol.class
(method_definition) @symbol.method
((variable_declarator value: [(arrow_function) (function_expression) (generator_function)]) @symbol.function (#set! holder "value"))
(return_statement) @return
