; Patterns of our own for JavaScript alone; what TypeScript shares is in `ecmascript.scm`.

(class_heritage (identifier) @type)
(class_heritage (member_expression property: (property_identifier) @type))
