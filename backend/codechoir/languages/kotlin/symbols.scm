; What defines a symbol in Kotlin.

(function_declaration) @symbol.function
(secondary_constructor) @symbol.constructor
(class_declaration "class") @symbol.class
(class_declaration "interface") @symbol.interface
((class_declaration (modifiers (class_modifier) @_enum)) @symbol.enum
  (#eq? @_enum "enum"))
(object_declaration) @symbol.object
(companion_object "companion" @name) @symbol.object
(companion_object name: (_) @name) @symbol.object
((type_alias) @symbol.type (#set! name "type"))
(return_expression (_)) @return
(function_declaration . (user_type) @receiver . "." name: (_) @name) @symbol.function
(source_file (property_declaration (modifiers (property_modifier) @_const) (variable_declaration (identifier) @name) (_) @body .) @symbol.constant
  (#eq? @_const "const"))
(companion_object (class_body (property_declaration (modifiers (property_modifier) @_const) (variable_declaration (identifier) @name) (_) @body .) @symbol.constant)
  (#eq? @_const "const"))
(object_declaration (class_body (property_declaration (modifiers (property_modifier) @_const) (variable_declaration (identifier) @name) (_) @body .) @symbol.constant)
  (#eq? @_const "const"))
(source_file (property_declaration "val" (variable_declaration (identifier) @name) (_) @body .) @symbol.constant
  (#match? @name "^[A-Z][A-Z0-9_]*$"))
(function_value_parameters (parameter . (identifier) @parameter))
(class_parameter (identifier) @parameter)
(line_comment) @doc
(block_comment) @doc
