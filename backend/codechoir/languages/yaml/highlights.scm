; Patterns of our own for YAML, after the grammar's: what stands last wins.

(timestamp_scalar) @number
(escape_sequence) @string.escape
(block_mapping_pair key: (flow_node (plain_scalar [(boolean_scalar) (null_scalar) (integer_scalar) (float_scalar)] @property)))
[(yaml_directive) (tag_directive) (reserved_directive)] @keyword
(tag) @type
(anchor_name) @label
(alias_name) @label
(anchor "&" @operator)
(alias "*" @operator)
