; What defines a symbol in PHP.

(function_definition) @symbol.function
(method_declaration) @symbol.method
(class_declaration) @symbol.class
(interface_declaration) @symbol.interface
(trait_declaration) @symbol.trait
(enum_declaration) @symbol.enum
(return_statement) @return
(const_declaration (const_element (name) @name)) @symbol.constant
((function_call_expression function: (name) @_define arguments: (arguments . (argument (string (string_content) @name)))) @symbol.constant
  (#eq? @_define "define"))
(namespace_definition body: (_)) @symbol.namespace
(comment) @doc
