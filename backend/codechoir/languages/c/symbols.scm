; What defines a symbol in C.

((declaration) @prototype.function (#set! name "declarator"))
