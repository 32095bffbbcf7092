; What defines a symbol in Zig.

(function_declaration) @symbol.function
(variable_declaration (identifier) @name "=" (struct_declaration)) @symbol.struct
(variable_declaration (identifier) @name "=" (enum_declaration)) @symbol.enum
(variable_declaration (identifier) @name "=" (union_declaration)) @symbol.union
(test_declaration (string) @name) @symbol.test
(return_expression (_)) @return
((source_file (variable_declaration "const" . (identifier) @name "=" [(integer) (float) (string) (boolean) (unary_expression) (binary_expression)] @body) @symbol.constant))
(comment) @doc
