; What defines a symbol in TOML: its tables, and the keys before them.

(document (pair . (_) @name (_) @body .) @symbol.key)
(table . (_) @name) @symbol.table
(table_array_element . (_) @name) @symbol.table
(table . (_) @name . (pair) @body) @symbol.table
(table_array_element . (_) @name . (pair) @body) @symbol.table
(comment) @doc
