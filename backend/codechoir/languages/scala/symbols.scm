; What defines a symbol in Scala.

(function_definition) @symbol.function
(function_declaration) @symbol.function
(class_definition) @symbol.class
(trait_definition) @symbol.trait
(object_definition) @symbol.object
(enum_definition) @symbol.enum
(return_expression (_)) @return
(template_body (val_definition pattern: (identifier) @name value: (_) @body) @symbol.constant
  (#match? @name "^[A-Z]"))
(compilation_unit (val_definition pattern: (identifier) @name value: (_) @body) @symbol.constant
  (#match? @name "^[A-Z]"))
(type_definition) @symbol.type
(comment) @doc
(block_comment) @doc
