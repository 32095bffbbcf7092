; What defines a symbol in Dart.

(function_signature) @symbol.function
(class_definition) @symbol.class
(mixin_declaration (identifier) @name) @symbol.mixin
(extension_declaration) @symbol.extension
(enum_declaration) @symbol.enum
(return_statement (_)) @return
