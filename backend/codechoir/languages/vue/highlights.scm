; Captures for Vue, after those of HTML.

((attribute_name) @keyword
  (#match? @keyword "^v-(if|else|else-if|for|show|slot|once|pre|cloak|memo)$"))
((attribute_name) @function
  (#match? @function "^(@|v-on:)"))
((attribute_name) @property
  (#match? @property "^(:|v-bind:|v-model|#|v-slot:)"))

; ---- languages inside

((text) @injection.vue_text
  (#match? @injection.vue_text "\\{\\{"))
((attribute
    (attribute_name) @_name
    (quoted_attribute_value (attribute_value) @injection.typescript_expression))
  (#match? @_name "^(:|#|v-)"))
((attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @injection.typescript))
  (#match? @_name "^(@|v-on:)"))
((attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @injection.typescript))
  (#eq? @_name "v-for"))
