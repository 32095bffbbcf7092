; Patterns of our own for TOML, after the grammar's: what stands last wins.

(bare_key) @property
(quoted_key) @property
(table (bare_key) @type)
(table (quoted_key) @type)
(table (dotted_key (bare_key) @type))
(table (dotted_key (quoted_key) @type))
(table (dotted_key (dotted_key (bare_key) @type)))
(table (dotted_key (dotted_key (dotted_key (bare_key) @type))))
(table_array_element (dotted_key (dotted_key (bare_key) @type)))
(table_array_element (bare_key) @type)
(table_array_element (quoted_key) @type)
(table_array_element (dotted_key (bare_key) @type))
(table_array_element (dotted_key (quoted_key) @type))
(pair (bare_key) @property)
(pair (quoted_key) @property)
(pair (dotted_key (bare_key) @property))
(pair (dotted_key (dotted_key (bare_key) @property)))
(escape_sequence) @string.escape
(pair) @none
(boolean) @boolean
[(offset_date_time) (local_date_time) (local_date) (local_time)] @number
