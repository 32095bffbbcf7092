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
((class_declaration declaration_kind: "extension" (inheritance_specifier inherits_from: (_) @trait)) @symbol.extension)
(source_file (property_declaration (value_binding_pattern "let") name: (pattern bound_identifier: (_) @name) value: (_) @body) @symbol.constant)
((property_declaration
    (modifiers (property_modifier) @_static)
    (value_binding_pattern "let")
    name: (pattern bound_identifier: (_) @name)
    value: (_) @body) @symbol.constant
  (#eq? @_static "static"))
(property_declaration name: (pattern bound_identifier: (_) @name) computed_value: (_) @body) @symbol.property
(subscript_declaration "subscript" @name (computed_property) @body) @symbol.method
(deinit_declaration "deinit" @name) @symbol.destructor
(typealias_declaration) @symbol.type
(function_declaration (parameter name: (simple_identifier) @parameter))
(protocol_function_declaration (parameter name: (simple_identifier) @parameter))
(init_declaration (parameter name: (simple_identifier) @parameter))
(subscript_declaration (parameter name: (simple_identifier) @parameter))
(comment) @doc
(multiline_comment) @doc
