; Captures for YAML. On one node the last pattern wins: these follow those of the wheel.

(timestamp_scalar) @number
(escape_sequence) @string.escape
(block_mapping_pair key: (flow_node (plain_scalar [(boolean_scalar) (null_scalar) (integer_scalar) (float_scalar)] @property)))
[(yaml_directive) (tag_directive) (reserved_directive)] @keyword
(tag) @type
(anchor_name) @label
(alias_name) @label
(anchor "&" @operator)
(alias "*" @operator)
