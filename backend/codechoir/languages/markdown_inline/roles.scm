; Roles of tokens in text inside the blocks of Markdown.

(code_span_delimiter) @role.code.quote
(emphasis_delimiter) @role.emphasis
(inline_link "[" @role.link.open "]" @role.link.close)
(inline_link "(" @role.link.target.open ")" @role.link.target.close)
(image "!" @role.image)
(image "[" @role.link.open "]" @role.link.close)
(image "(" @role.link.target.open ")" @role.link.target.close)
