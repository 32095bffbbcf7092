; Roles of tokens in the blocks of Markdown.

[(atx_h1_marker) (atx_h2_marker) (atx_h3_marker) (atx_h4_marker) (atx_h5_marker) (atx_h6_marker)] @role.heading
[(setext_h1_underline) (setext_h2_underline)] @role.heading.underline
[(list_marker_plus) (list_marker_minus) (list_marker_star) (list_marker_dot) (list_marker_parenthesis)] @role.list.item
(task_list_marker_checked) @role.task.done
(task_list_marker_unchecked) @role.task.open
(thematic_break) @role.rule
(block_quote_marker) @role.quote
(block_continuation) @role.quote
(pipe_table_header "|" @role.table.cell)
(pipe_table_row "|" @role.table.cell)
(pipe_table_delimiter_row) @role.table.rule
(fenced_code_block (fenced_code_block_delimiter) @role.fence.open (code_fence_content) (fenced_code_block_delimiter) @role.fence.close)
