; Captures for SQL. On one node the last pattern wins: these follow those of the wheel.

; ---- names

(identifier) @variable
(object_reference (identifier) @type)
(object_reference schema: (identifier) @module)
(object_reference database: (identifier) @module)
(field (object_reference name: (identifier) @variable))
(all_fields (object_reference name: (identifier) @variable))
(field name: (identifier) @property)
(column_definition name: (identifier) @property)
(column (identifier) @property)
(invocation (object_reference name: (identifier) @function))
(create_function (object_reference name: (identifier) @function))
(create_procedure (object_reference name: (identifier) @function))
(drop_function (object_reference name: (identifier) @function))
(function_argument . (identifier) @variable.parameter)
(cte . (identifier) @type)
(relation alias: (identifier) @variable)
(column_definition custom_type: (object_reference name: (identifier) @type.builtin))
(parameter) @variable.parameter
(identifier "@" @operator)

; ---- literals

[(comment) (marginalia)] @comment
(literal) @number
((literal) @string
  (#match? @string "['\"$]"))
(literal (identifier) @type.builtin)
(literal [(keyword_null) (keyword_true) (keyword_false)] @constant.builtin)
[(keyword_null) (keyword_true) (keyword_false)] @constant.builtin
(literal "-" @operator)
(all_fields "*" @operator)
(dollar_quote) @punctuation.special

; ---- words

[(keyword_default) (keyword_constraint) (keyword_primary) (keyword_references)] @keyword
(column_definition [(keyword_null)] @keyword)
[
  (keyword_by) (keyword_on) (keyword_do) (keyword_union) (keyword_except) (keyword_intersect) (keyword_asc)
  (keyword_desc) (keyword_terminated) (keyword_escaped) (keyword_nulls) (keyword_last) (keyword_hash)
  (keyword_btree) (keyword_gin) (keyword_gist) (keyword_brin) (keyword_spgist) (keyword_cast)
] @keyword
[
  (keyword_and) (keyword_or) (keyword_not) (keyword_in) (keyword_like) (keyword_is) (keyword_between)
  (keyword_exists) (keyword_similar) (keyword_rlike)
] @keyword.operator
(between_expression (keyword_and) @keyword)
(column_definition (keyword_not) @keyword)
(keyword_if) @keyword
(statement (keyword_if) . (keyword_not) @keyword)
(create_table (keyword_not) @keyword)
(create_table (keyword_exists) @keyword)
(drop_table (keyword_exists) @keyword)
["::" ":" ] @operator
["[" "]"] @punctuation.bracket
