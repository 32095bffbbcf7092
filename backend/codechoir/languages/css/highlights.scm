; Captures for CSS. On one node the last pattern wins: these follow those of the wheel.

(integer_value) @number
(float_value) @number
(color_value) @number
(color_value "#" @number)
(grid_value) @string
(plain_value) @constant.builtin
((plain_value) @variable
  (#match? @variable "^--"))
((property_name) @variable
  (#match? @variable "^--"))
(class_name) @property
(id_name) @property
(class_selector (class_name) @type)
(id_selector (id_name) @type)
(pseudo_class_selector (class_name) @attribute)
(pseudo_element_selector (tag_name) @attribute)
(keyframes_name) @variable
(keyframe_block [(from) (to)] @keyword)
(important) @keyword
(at_keyword) @keyword
(feature_name) @property
(keyword_query) @constant.builtin
(escape_sequence) @string.escape
(js_comment) @comment
["and" "or" "not" "only"] @keyword.operator
"@scope" @keyword
["[" "]"] @punctuation.bracket
