; What defines a symbol in Swift.

(function_declaration) @symbol.function
(protocol_function_declaration) @symbol.method
(init_declaration) @symbol.constructor
((class_declaration declaration_kind: "class") @symbol.class)
((class_declaration declaration_kind: "struct") @symbol.struct)
((class_declaration declaration_kind: "enum") @symbol.enum)
((class_declaration declaration_kind: "actor") @symbol.class)
((class_declaration declaration_kind: "extension") @symbol.extension)
(protocol_declaration) @symbol.interface
(control_transfer_statement "return" result: (_)) @return
