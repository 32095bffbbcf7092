; Roles of tokens in YAML.

(block_mapping_pair ":" @role.mapping)
(flow_pair ":" @role.mapping)
(flow_mapping (_ ":" @role.mapping))
(block_sequence_item "-" @role.list.item)
(flow_mapping "{" @role.map.open "}" @role.map.close)
(flow_sequence "[" @role.list.open "]" @role.list.close)
"," @role.separator
(anchor "&" @role.anchor)
(alias "*" @role.alias)
"---" @role.document
"..." @role.document.end
(block_scalar) @role.heredoc.body
(block_scalar "|" @role.scalar)
(block_scalar ">" @role.scalar)
(block_mapping_pair key: (flow_node (plain_scalar (string_scalar) @role.merge)) (#eq? @role.merge "<<"))
