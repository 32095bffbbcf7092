; Captures for HTML. On one node the last pattern wins: these follow those of the wheel.

(text) @text.plain
(entity) @string.escape
(doctype) @none
(doctype "<!" @punctuation.bracket)
(doctype "doctype" @keyword)
(doctype ">" @punctuation.bracket)
(quoted_attribute_value) @string
(attribute "=" @operator)
(raw_text) @text.plain

; ---- languages inside

(script_element (raw_text) @injection.javascript)
((script_element
    (start_tag
      (attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @_type)))
    (raw_text) @injection.json)
  (#eq? @_name "type")
  (#match? @_type "json|importmap"))
((script_element
    (start_tag
      (attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @_type)))
    (raw_text) @injection.html)
  (#eq? @_name "type")
  (#match? @_type "html|template"))
((script_element
    (start_tag
      (attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @_type)))
    (raw_text) @injection.typescript)
  (#eq? @_name "lang")
  (#match? @_type "ts"))
(style_element (raw_text) @injection.css)
((attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @injection.css_declarations))
  (#eq? @_name "style"))
((attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @injection.javascript))
  (#match? @_name "^on[a-z]+$"))
