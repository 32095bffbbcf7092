; Roles of tokens in CSS.

(block "{" @role.block.open "}" @role.block.close)
(keyframe_block_list "{" @role.block.open "}" @role.block.close)
(declaration ":" @role.mapping)
(feature_query ":" @role.mapping)
";" @role.statement.end
"," @role.separator
(arguments "(" @role.call.open ")" @role.call.close)
(child_selector ">" @role.selector.child)
(sibling_selector "~" @role.selector.sibling)
(adjacent_sibling_selector "+" @role.selector.next)
(class_selector "." @role.selector.class)
(id_selector "#" @role.selector.id)
(universal_selector) @role.wildcard
(nesting_selector) @role.selector.parent
(pseudo_class_selector ":" @role.selector.state)
(pseudo_element_selector "::" @role.selector.part)
(attribute_selector "[" @role.index.open "]" @role.index.close)
(attribute_selector ["=" "~=" "^=" "|=" "*=" "$="] @role.comparison.equal)
(binary_expression "+" @role.plus)
(binary_expression "-" @role.minus)
(binary_expression "*" @role.times)
(binary_expression "/" @role.divide)
