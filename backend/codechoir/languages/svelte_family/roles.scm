; Roles of tokens in pages with expressions in braces.

(text) @role.text
(start_tag "<" @role.tag.open ">" @role.tag.close)
(self_closing_tag "<" @role.tag.open "/>" @role.tag.empty.close)
(end_tag "</" @role.tag.end.open ">" @role.tag.close)
(attribute "=" @role.attribute.value)
"{" @role.interpolation.open
"}" @role.interpolation.close
(block_start_tag "#" @role.block.open)
(block_tag ":" @role.block.open)
(block_end_tag "/" @role.tag.end.open)
(expression_tag "@" @role.block.open)
