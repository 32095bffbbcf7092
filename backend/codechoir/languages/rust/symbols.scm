; What defines a symbol in Rust.

(function_item) @symbol.function
(function_signature_item) @symbol.function
(struct_item) @symbol.struct
(union_item) @symbol.union
(enum_item) @symbol.enum
(trait_item) @symbol.trait
((impl_item) @symbol.implementation (#set! name "type"))
(mod_item body: (_)) @symbol.module
(macro_definition) @symbol.macro
(return_expression) @return
((impl_item trait: (_) @trait) @symbol.implementation (#set! name "type"))
(const_item value: (_) @body) @symbol.constant
(static_item value: (_) @body) @symbol.constant
(type_item) @symbol.type
(line_comment) @doc
(block_comment) @doc
(attribute_item) @attribute
