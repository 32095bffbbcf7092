; What defines a symbol in Scala.

(function_definition) @symbol.function
(function_declaration) @symbol.function
(class_definition) @symbol.class
(trait_definition) @symbol.trait
(object_definition) @symbol.object
(enum_definition) @symbol.enum
(return_expression (_)) @return
