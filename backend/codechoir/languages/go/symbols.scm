; What defines a symbol in Go.

(function_declaration) @symbol.function
(method_declaration) @symbol.method
(method_elem) @symbol.method
(type_spec) @symbol.type
(type_spec type: (struct_type)) @symbol.struct
(type_spec type: (interface_type)) @symbol.interface
(return_statement) @return
(method_declaration receiver: (parameter_list (parameter_declaration type: (_) @receiver))) @symbol.method
(source_file (const_declaration (const_spec name: (identifier) @name value: (_) @body) @symbol.constant))
(source_file (const_declaration (const_spec name: (identifier) @name !value) @symbol.constant))
(comment) @doc
