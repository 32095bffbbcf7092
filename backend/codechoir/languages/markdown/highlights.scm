; Captures for the blocks of Markdown. On one node the last pattern wins: these follow those of the wheel.

(atx_heading (inline) @text.title)
(setext_heading (paragraph (inline) @text.title))
(list_marker_plus) @punctuation.special
(task_list_marker_checked) @keyword
(task_list_marker_unchecked) @keyword
(thematic_break) @punctuation.special
(indented_code_block) @text.literal
(fenced_code_block) @none
(code_fence_content) @text.literal
(info_string) @label
(info_string (language) @label)
(pipe_table_delimiter_row) @punctuation.special
(pipe_table_header "|" @punctuation.delimiter)
(pipe_table_row "|" @punctuation.delimiter)
(pipe_table_cell) @text
(paragraph) @text
(html_block) @text.literal
(link_label) @label
(link_destination) @text.uri
(link_title) @string
(backslash_escape) @string.escape
(entity_reference) @string.escape
(numeric_character_reference) @string.escape
(block_quote_marker) @punctuation.special
(block_continuation) @punctuation.special
(minus_metadata) @comment
(plus_metadata) @comment

; ---- languages inside

(inline) @injection.markdown_inline
(pipe_table_cell) @injection.markdown_inline
(html_block) @injection.html
(minus_metadata) @injection.yaml
(plus_metadata) @injection.toml
(fenced_code_block
  (info_string (language) @injection.language)
  (code_fence_content) @injection.content)
