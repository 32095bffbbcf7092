; Captures for pages with expressions in braces: Svelte, Astro.

(tag_name) @tag
(erroneous_end_tag_name) @tag
(doctype) @constant
(attribute_name) @attribute
(attribute_value) @string
(quoted_attribute_value) @string
(comment) @comment
(text) @text.plain
(entity) @string.escape
(raw_text) @text.plain
(expression) @none
(svelte_raw_text) @variable
(snippet_name) @function
["<" ">" "</" "/>" "<!"] @punctuation.bracket
["{" "}"] @punctuation.special
["#" ":" "/" "@"] @punctuation.special
["as" "const" "debug" "html" "key" "render" "snippet"] @keyword
["if" "else" "else if" "each" "await" "then" "catch"] @keyword
(attribute "=" @operator)

; ---- languages inside

(script_element (raw_text) @injection.javascript)
((script_element
    (start_tag
      (attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @_value)))
    (raw_text) @injection.typescript)
  (#eq? @_name "lang")
  (#match? @_value "ts|typescript"))
(style_element (raw_text) @injection.css)
