; What defines a symbol in Python.

(function_definition) @symbol.function
(class_definition) @symbol.class
(return_statement) @return
