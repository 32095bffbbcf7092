; What defines a symbol in C and C++.

((function_definition) @symbol.function (#set! name "declarator"))
(struct_specifier body: (_)) @symbol.struct
(union_specifier body: (_)) @symbol.union
(enum_specifier body: (_)) @symbol.enum
(return_statement) @return
(preproc_function_def) @symbol.macro
((preproc_def name: (_) @name value: (_) @body) @symbol.constant)
(translation_unit (declaration
  (type_qualifier) @_const
  declarator: (init_declarator declarator: (_) @name value: (_) @body)) @symbol.constant
  (#any-of? @_const "const" "constexpr"))
(comment) @doc
