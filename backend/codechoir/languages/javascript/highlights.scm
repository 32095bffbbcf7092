; Captures for JavaScript. On one node the last pattern wins: these follow those of the wheel
; and of `ecmascript/` and `jsx/`.

(class_heritage (identifier) @type)
(class_heritage (member_expression property: (property_identifier) @type))
