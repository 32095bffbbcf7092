; What defines a symbol in SQL.

(create_table (object_reference name: (_) @name)) @symbol.table
(create_view (object_reference name: (_) @name)) @symbol.view
(create_materialized_view (object_reference name: (_) @name)) @symbol.view
(create_function (object_reference name: (_) @name)) @symbol.function
(create_procedure (object_reference name: (_) @name)) @symbol.procedure
(create_type (object_reference name: (_) @name)) @symbol.type
(comment) @doc
(marginalia) @doc
