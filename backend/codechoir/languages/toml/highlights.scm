; Captures for TOML. On one node the last pattern wins: these follow those of the wheel.

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
