; What defines a symbol in JavaScript and TypeScript.

(function_declaration) @symbol.function
(generator_function_declaration) @symbol.function
(class_declaration) @symbol.class
(method_definition) @symbol.method
((variable_declarator value: [(arrow_function) (function_expression) (generator_function)]) @symbol.function (#set! holder "value"))
(return_statement) @return
(program (_ (variable_declarator name: (identifier) @name value: (_) @body) @symbol.constant)
  (#match? @name "^_?[A-Z][A-Z0-9_]*$"))
(export_statement declaration: (lexical_declaration "const"
  (variable_declarator
    name: (identifier) @name
    value: [
      (array) (object) (string) (template_string) (number) (true) (false) (null) (regex) (new_expression)
      (unary_expression) (binary_expression) (member_expression) (identifier)
    ] @body) @symbol.constant))
(export_statement declaration: (_ (variable_declarator name: (identifier) @name value: (_) @body) @symbol.constant)
  (#match? @name "^_?[A-Z][A-Z0-9_]*$"))
(class) @symbol.class
((variable_declarator value: (class) @holder) @symbol.class)
; A function inside `memo(…)`, `forwardRef(…)` and other functions that give one back. What begins with a
; capital is a component, whatever is around it.
((variable_declarator
    name: (identifier) @name
    value: (call_expression
      function: (_) @_wrapper
      arguments: (arguments . [
        (arrow_function) @holder (function_expression) @holder (generator_function) @holder
        (call_expression arguments: (arguments . [
          (arrow_function) @holder (function_expression) @holder (generator_function) @holder
          (call_expression arguments: (arguments . [(arrow_function) (function_expression) (generator_function)] @holder))
        ]))
      ]))) @symbol.function
  (#match? @_wrapper "(^|[.])(memo|forwardRef|observer|lazy|debounce|throttle|once|memoize|memoizeOne|useCallback|cache|curry|asyncHandler|catchAsync|(with|wrap|create|define)[A-Z][A-Za-z]*)$"))
((variable_declarator
    name: (identifier) @name
    value: (call_expression
      arguments: (arguments . [
        (arrow_function) @holder (function_expression) @holder (generator_function) @holder
        (call_expression arguments: (arguments . [(arrow_function) (function_expression) (generator_function)] @holder))
      ]))) @symbol.function
  (#match? @name "^[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*$"))
((variable_declarator
    name: (identifier) @name
    value: (call_expression function: (_) @_wrapper arguments: (arguments . [(identifier) (member_expression)]))) @symbol.function
  (#match? @_wrapper "(^|[.])(memo|forwardRef|observer)$"))
(export_statement "default" @name value: [(arrow_function) (function_expression) (generator_function)] @symbol.function)
(export_statement
  value: [(function_expression name: (_) @name) (generator_function name: (_) @name)] @symbol.function)
(export_statement
  value: (call_expression
    function: (_) @_wrapper
    arguments: (arguments . [
      (arrow_function) @holder (function_expression) @holder (generator_function) @holder
      (call_expression arguments: (arguments . [(arrow_function) (function_expression) (generator_function)] @holder))
    ])) @symbol.function
  (#match? @_wrapper "(^|[.])(memo|forwardRef|observer)$"))
(program (expression_statement (assignment_expression
  left: (member_expression object: (_) @receiver property: (_) @name)
  right: [(arrow_function) (function_expression) (generator_function)] @holder) @symbol.method))
(program (expression_statement (assignment_expression
  left: (member_expression
    object: (member_expression object: (_) @receiver property: (property_identifier) @_prototype)
    property: (_) @name)
  right: [(arrow_function) (function_expression) (generator_function)] @holder) @symbol.method)
  (#eq? @_prototype "prototype"))
(program (expression_statement (assignment_expression
  left: (member_expression object: (_) @_exports property: (_) @name)
  right: [(arrow_function) (function_expression) (generator_function)] @holder) @symbol.function)
  (#any-of? @_exports "exports" "module.exports"))
(program (expression_statement (assignment_expression
  left: (member_expression object: (_) @_exports property: (_) @name)
  right: (class) @holder) @symbol.class)
  (#any-of? @_exports "exports" "module.exports"))
(program (expression_statement (assignment_expression
  left: (member_expression object: (identifier) @_module) @name
  right: [(arrow_function) (function_expression) (generator_function)] @holder) @symbol.function)
  (#eq? @_module "module")
  (#eq? @name "module.exports"))
(program (expression_statement (assignment_expression
  right: (object (pair key: (_) @name value: [(arrow_function) (function_expression) (generator_function)] @holder) @symbol.method))))
(export_statement value: (object (pair key: (_) @name value: [(arrow_function) (function_expression) (generator_function)] @holder) @symbol.method))
(comment) @doc
(decorator) @attribute
