; What defines a symbol in Java.

(class_declaration) @symbol.class
(interface_declaration) @symbol.interface
(enum_declaration) @symbol.enum
(record_declaration) @symbol.record
(annotation_type_declaration) @symbol.annotation
(method_declaration) @symbol.method
(constructor_declaration) @symbol.constructor
(return_statement) @return
