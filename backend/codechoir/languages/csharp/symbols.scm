; What defines a symbol in C#.

(class_declaration) @symbol.class
(struct_declaration) @symbol.struct
(interface_declaration) @symbol.interface
(enum_declaration) @symbol.enum
(record_declaration) @symbol.record
(method_declaration) @symbol.method
(constructor_declaration) @symbol.constructor
(property_declaration) @symbol.property
(local_function_statement) @symbol.function
(namespace_declaration) @symbol.namespace
(return_statement) @return
