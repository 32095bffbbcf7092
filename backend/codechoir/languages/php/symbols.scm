; What defines a symbol in PHP.

(function_definition) @symbol.function
(method_declaration) @symbol.method
(class_declaration) @symbol.class
(interface_declaration) @symbol.interface
(trait_declaration) @symbol.trait
(enum_declaration) @symbol.enum
(return_statement) @return
