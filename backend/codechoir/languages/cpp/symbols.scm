; What defines a symbol in C++.

(class_specifier body: (_)) @symbol.class
(namespace_definition) @symbol.namespace
((declaration) @prototype.function (#set! name "declarator"))
((field_declaration) @prototype.function (#set! name "declarator"))
