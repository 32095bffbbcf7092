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
(field_declaration
  (modifier) @_const
  (variable_declaration (variable_declarator name: (_) @name)) @symbol.constant
  (#eq? @_const "const"))
(delegate_declaration) @symbol.delegate
(event_declaration) @symbol.event
(event_field_declaration (variable_declaration (variable_declarator name: (_) @name))) @symbol.event
(indexer_declaration "this" @name) @symbol.property
(destructor_declaration) @symbol.destructor
(record_declaration (parameter_list (parameter name: (_) @parameter)))
(file_scoped_namespace_declaration) @symbol.namespace
(comment) @doc
