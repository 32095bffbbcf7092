; What defines a symbol in JavaScript.

((field_definition value: [(arrow_function) (function_expression) (generator_function)]) @symbol.method (#set! name "property") (#set! holder "value"))
