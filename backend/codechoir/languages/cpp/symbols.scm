; What defines a symbol in C++.

(class_specifier body: (_)) @symbol.class
(namespace_definition) @symbol.namespace
((declaration) @prototype.function (#set! name "declarator"))
((field_declaration) @prototype.function (#set! name "declarator"))
(namespace_definition body: (declaration_list (declaration
  (type_qualifier) @_const
  declarator: (init_declarator declarator: (_) @name value: (_) @body)) @symbol.constant)
  (#any-of? @_const "const" "constexpr"))
(alias_declaration) @symbol.type
(concept_definition) @symbol.concept
