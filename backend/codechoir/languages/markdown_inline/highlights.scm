; Captures for text inside the blocks of Markdown. On one node the last pattern wins: these follow those of the wheel.

(inline) @text
(code_span) @text.literal
(code_span_delimiter) @punctuation.special
(emphasis) @text.emphasis
(strong_emphasis) @text.strong
(strikethrough) @text.strike
(emphasis_delimiter) @punctuation.special
(inline_link) @text
(image) @text
(link_text) @text.reference
(image_description) @text.reference
(link_label) @label
(link_destination) @text.uri
(link_title) @string
(uri_autolink) @text.uri
(email_autolink) @text.uri
(html_tag) @text.literal
(latex_block) @text.literal
(backslash_escape) @string.escape
(hard_line_break) @string.escape
(entity_reference) @string.escape
(numeric_character_reference) @string.escape
(inline_link ["[" "]" "(" ")"] @punctuation.bracket)
(image ["!" "[" "]" "(" ")"] @punctuation.bracket)
(full_reference_link ["[" "]"] @punctuation.bracket)
(collapsed_reference_link ["[" "]"] @punctuation.bracket)
(shortcut_link ["[" "]"] @punctuation.bracket)

(html_tag) @injection.html_tag
