; What defines a symbol in Kotlin.

(function_declaration) @symbol.function
(secondary_constructor) @symbol.constructor
(class_declaration "class") @symbol.class
(class_declaration "interface") @symbol.interface
((class_declaration (modifiers (class_modifier) @_enum)) @symbol.enum
  (#eq? @_enum "enum"))
(object_declaration) @symbol.object
(companion_object) @symbol.object
((type_alias) @symbol.type (#set! name "type"))
(return_expression (_)) @return
