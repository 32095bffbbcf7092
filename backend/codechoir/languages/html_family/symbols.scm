; What defines a symbol in HTML: headings, the parts of a page, and elements that have an id.

((element (start_tag (attribute (attribute_name) @_id [(quoted_attribute_value (attribute_value) @name) (attribute_value) @name]))) @symbol.element
  (#eq? @_id "id"))
((element (start_tag (tag_name) @name)) @symbol.element
  (#any-of? @name "header" "nav" "main" "article" "section" "aside" "footer" "form" "dialog" "template"))
((element (start_tag (tag_name) @_heading) (text) @name) @symbol.heading
  (#any-of? @_heading "h1" "h2" "h3" "h4" "h5" "h6"))
((script_element (start_tag (tag_name) @name)) @symbol.element)
((style_element (start_tag (tag_name) @name)) @symbol.element)
(comment) @doc
