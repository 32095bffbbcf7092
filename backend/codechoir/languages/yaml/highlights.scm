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

; ---- languages inside: the commands of pipelines

((block_mapping_pair
    key: (flow_node) @_key
    value: [
      (flow_node [(double_quote_scalar) (single_quote_scalar)] @injection.yaml_shell)
      (flow_node (plain_scalar (string_scalar) @injection.yaml_shell))
      (block_node (block_scalar) @injection.yaml_shell)
    ])
  (#any-of? @_key "run" "script" "before_script" "after_script"))
((block_mapping_pair
    key: (flow_node) @_key
    value: (block_node (block_sequence (block_sequence_item [
      (flow_node [(double_quote_scalar) (single_quote_scalar)] @injection.yaml_shell)
      (flow_node (plain_scalar (string_scalar) @injection.yaml_shell))
      (block_node (block_scalar) @injection.yaml_shell)
    ]))))
  (#any-of? @_key "script" "before_script" "after_script"))
((block_mapping_pair key: (flow_node) @_key value: (block_node (block_scalar) @injection.yaml_shell))
  (#any-of? @_key "command" "shell"))
((block_mapping
    (block_mapping_pair key: (flow_node) @_key value: (block_node (block_scalar) @injection.yaml_powershell))
    (block_mapping_pair key: (flow_node) @_shell value: (flow_node) @_value))
  (#eq? @_key "run")
  (#eq? @_shell "shell")
  (#match? @_value "^(pwsh|powershell)"))
((block_mapping
    (block_mapping_pair key: (flow_node) @_shell value: (flow_node) @_value)
    (block_mapping_pair key: (flow_node) @_key value: (block_node (block_scalar) @injection.yaml_powershell)))
  (#eq? @_key "run")
  (#eq? @_shell "shell")
  (#match? @_value "^(pwsh|powershell)"))
((block_mapping
    (block_mapping_pair key: (flow_node) @_key value: (block_node (block_scalar) @injection.yaml_python))
    (block_mapping_pair key: (flow_node) @_shell value: (flow_node) @_value))
  (#eq? @_key "run")
  (#eq? @_shell "shell")
  (#match? @_value "^python"))
((block_mapping
    (block_mapping_pair key: (flow_node) @_shell value: (flow_node) @_value)
    (block_mapping_pair key: (flow_node) @_key value: (block_node (block_scalar) @injection.yaml_python)))
  (#eq? @_key "run")
  (#eq? @_shell "shell")
  (#match? @_value "^python"))
((block_mapping_pair
    key: (flow_node) @_key
    value: (flow_node (plain_scalar (string_scalar) @injection.yaml_expression)))
  (#eq? @_key "if")
  (#match? @injection.yaml_expression "\\$\\{\\{|[()=!]|\\.[a-z]"))
