; Roles of tokens in TOML.

(pair "=" @role.assignment)
(table "[" @role.table.open "]" @role.table.close)
(table_array_element "[[" @role.table.open "]]" @role.table.close)
(dotted_key "." @role.member)
(array "[" @role.list.open "]" @role.list.close)
(inline_table "{" @role.map.open "}" @role.map.close)
"," @role.separator
