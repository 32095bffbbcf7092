; What defines a symbol in CSS: rules and what groups them.

(rule_set (selectors) @name (block) @body) @symbol.rule
(media_statement . (_) @name (block) @body) @symbol.group
(supports_statement . (_) @name (block) @body) @symbol.group
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @symbol.animation
(at_rule (at_keyword) @name (block) @body) @symbol.rule
(comment) @doc
