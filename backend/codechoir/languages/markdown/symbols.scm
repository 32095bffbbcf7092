; What defines a symbol in Markdown: its sections.

(section . (atx_heading heading_content: (_) @name) @_heading) @symbol.section
(section . (atx_heading heading_content: (_) @name) . (_) @body) @symbol.section
(setext_heading heading_content: (_) @name) @symbol.section
