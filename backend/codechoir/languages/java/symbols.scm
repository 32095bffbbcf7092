; What defines a symbol in Java.

(class_declaration) @symbol.class
(interface_declaration) @symbol.interface
(enum_declaration) @symbol.enum
(record_declaration) @symbol.record
(annotation_type_declaration) @symbol.annotation
(method_declaration) @symbol.method
(constructor_declaration) @symbol.constructor
(return_statement) @return
((field_declaration
    (modifiers) @_modifiers
    declarator: (variable_declarator name: (_) @name value: (_) @body)) @symbol.constant
  (#match? @_modifiers "static.*final|final.*static"))
(line_comment) @doc
(block_comment) @doc
