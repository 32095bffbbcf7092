; What defines a symbol in C and C++.

((function_definition) @symbol.function (#set! name "declarator"))
(struct_specifier body: (_)) @symbol.struct
(union_specifier body: (_)) @symbol.union
(enum_specifier body: (_)) @symbol.enum
(return_statement) @return
