; What defines a symbol in Dart.

(function_signature) @symbol.function
(class_definition) @symbol.class
(mixin_declaration (identifier) @name) @symbol.mixin
(extension_declaration) @symbol.extension
(enum_declaration) @symbol.enum
(return_statement (_)) @return
((static_final_declaration (identifier) @name (_) @body .) @symbol.constant)
(constructor_signature) @symbol.constructor
(type_alias . (type_identifier) @name) @symbol.type
(formal_parameter name: (identifier) @parameter)
(formal_parameter (constructor_param (identifier) @parameter))
(documentation_comment) @doc
(comment) @doc
(annotation) @attribute
