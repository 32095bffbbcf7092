; Captures for Zig. On one node the last pattern wins: these follow those of the wheel.

; ---- names

(identifier) @variable
((identifier) @type
  (#match? @type "^_?[A-Z][A-Za-z0-9]*[a-z]"))
((identifier) @constant
  (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
(parameter name: (identifier) @variable.parameter)
(payload (identifier) @variable.parameter)
(field_expression member: (identifier) @property)
((field_expression member: (identifier) @type)
  (#match? @type "^[A-Z]"))
((field_expression . member: (identifier) @constant)
  (#match? @constant "^[A-Z]"))
(container_field name: (identifier) @property)
(enum_declaration (container_field name: (identifier) @constant))
(field_initializer . (identifier) @property)
(initializer_list (assignment_expression left: (field_expression . member: (identifier) @property)))
(error_type (identifier) @constant)
(block_label (identifier) @label)
(break_label (identifier) @label)
(variable_declaration (identifier) @module "=" (builtin_function (builtin_identifier) @_import)
  (#any-of? @_import "@import" "@cImport"))
((identifier) @variable.builtin
  (#any-of? @variable.builtin "_" "self"))

; ---- functions

(builtin_identifier) @function.builtin
(call_expression function: (identifier) @function)
(call_expression function: (field_expression member: (identifier) @function.method))
(function_declaration name: (identifier) @function)
((call_expression function: [(identifier) @type (field_expression member: (identifier) @type)])
  (#match? @type "^[A-Z]"))

; ---- types

[(builtin_type) (anyframe_type)] @type.builtin
(builtin_type _ @type.builtin)
(parameter type: (identifier) @type)
(container_field type: (identifier) @type)
(pointer_type (identifier) @type)
(slice_type (identifier) @type)
(array_type (identifier) @type .)
(nullable_type (identifier) @type)
(error_union_type ok: (identifier) @type)
; `*a.B` is read as a member of `*a`
(field_expression object: [
  (pointer_type (identifier) @variable) (slice_type (identifier) @variable) (nullable_type (identifier) @variable)
])
(variable_declaration (identifier) @type "=" [
  (struct_declaration) (enum_declaration) (union_declaration) (opaque_declaration) (error_set_declaration)
])
(array_type . "[" . (identifier) @variable.builtin)

; ---- literals

((comment) @comment.documentation
  (#match? @comment.documentation "^//[/!]"))
[(string) (multiline_string)] @string
(character) @character
(boolean) @constant.builtin
(boolean ["true" "false"] @constant.builtin)
["null" "undefined" "unreachable"] @constant.builtin
(float) @number

; ---- words and symbols

["and" "or" "orelse"] @keyword.operator
"..." @operator
".." @operator
"=>" @operator
[".*" ".?"] @operator
(for_statement "for" @keyword)
(switch_case "else" @keyword)
