; Roles of tokens in HTML.

(text) @role.text
(start_tag "<" @role.tag.open ">" @role.tag.close)
(self_closing_tag "<" @role.tag.open "/>" @role.tag.empty.close)
(end_tag "</" @role.tag.end.open ">" @role.tag.close)
(doctype "<!" @role.tag.open ">" @role.tag.close)
(attribute "=" @role.attribute.value)
