; What defines a symbol in TypeScript.

(abstract_class_declaration) @symbol.class
(interface_declaration) @symbol.interface
(enum_declaration) @symbol.enum
(type_alias_declaration) @symbol.type
(internal_module) @symbol.namespace
((public_field_definition value: [(arrow_function) (function_expression) (generator_function)]) @symbol.method (#set! holder "value"))
(abstract_method_signature) @symbol.method
(method_signature) @symbol.method
(function_signature) @symbol.function
(export_statement declaration: (lexical_declaration "const"
  (variable_declarator name: (identifier) @name value: [(as_expression) (satisfies_expression)] @body) @symbol.constant))
