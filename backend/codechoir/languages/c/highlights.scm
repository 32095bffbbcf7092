; Captures for C. On one node the last pattern wins: these follow those of the wheel
; and of `c_family/`.

"auto" @keyword
(variadic_parameter) @operator

; ---- the bodies of macros are code again, the words of an error are not

(preproc_arg) @injection.c_macro
((preproc_call directive: (preproc_directive) @_directive argument: (preproc_arg) @text.plain @injection.none)
  (#match? @_directive "error|warning"))
