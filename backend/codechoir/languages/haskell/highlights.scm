; Captures for Haskell. On one node the last pattern wins. The query of the wheel is not used: its last patterns
; make a type of every variable.

; ---- names

(variable) @variable
(name) @type
(constructor) @constructor
(module_id) @module
(type/variable) @type
(type_params (variable) @type)
(type_params bind: (variable) @type)
(quantified_variables (variable) @type)
(field_name (variable) @property)
(patterns (variable) @variable.parameter)
(type_params (_ (variable) @type))

; ---- functions

(function name: (variable) @function)
(signature name: (variable) @variable)
(signature name: (variable) @function type: [(function) (context) (forall)])
(signature name: (variable) @function type: (apply constructor: (name) @_io) (#eq? @_io "IO"))
(signature names: (binding_list (variable) @function))
(bind name: (variable) @variable)
((bind name: (variable) @function)
  (#eq? @function "main"))
(bind name: (variable) @function match: (match expression: (lambda)))
(export variable: (variable) @function)
(import_name variable: (variable) @function)
(foreign_import (signature name: (variable) @function))
(class_declarations (signature name: (variable) @function))
(apply function: (variable) @function)
(apply function: (qualified id: (variable) @function))
((infix left_operand: (variable) @function operator: (operator) @_operator)
  (#any-of? @_operator "$" "$!" "." "<$>" ">=>" "<=<" "=<<" "<&>"))
((infix left_operand: (qualified id: (variable) @function) operator: (operator) @_operator)
  (#any-of? @_operator "$" "$!" "." "<$>" ">=>" "<=<" "=<<"))
((infix operator: (operator) @_operator right_operand: (variable) @function)
  (#any-of? @_operator "." ">>=" ">=>" "<=<" "&"))
((infix operator: (operator) @_operator right_operand: (infix left_operand: (variable) @function))
  (#any-of? @_operator "." ">>=" ">=>" "<=<"))
(view_pattern expression: (variable) @function)
(infix_id (variable) @keyword.operator)
(infix_id (qualified id: (variable) @keyword.operator))
(quoter) @function

; ---- literals

[(comment) (haddock)] @comment
(haddock) @comment.documentation
(pragma) @comment
(string) @string
(char) @character
[(integer) (float)] @number
(quasiquote_body) @string
((constructor) @constant.builtin
  (#any-of? @constant.builtin "True" "False"))
((variable) @constant.builtin
  (#eq? @constant.builtin "otherwise"))
(unit) @none

; ---- words and symbols

[
  "anyclass" "as" "case" "cases" "class" "data" "default" "deriving" "do" "else" "export" "family" "forall" "foreign"
  "hiding" "if" "import" "in" "infix" "infixl" "infixr" "instance" "let" "mdo" "module" "newtype" "of" "pattern"
  "qualified" "rec" "role" "stock" "then" "type" "via" "where"
] @keyword
(cpp) @keyword.directive
[(operator) (constructor_operator) (all_names) (wildcard)] @operator
["=" "|" "::" "=>" "->" "<-" "\\" "@" ".." "!" "~" "*"] @operator
["`"] @punctuation.special
["." "," ";"] @punctuation.delimiter
(forall "." @operator)
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
(negation "-" @operator)
(quasiquote (quoter [(variable) @function (qualified (variable) @function)]))
