; What defines a symbol in Bash and related shells.

(function_definition) @symbol.function
(program (declaration_command (variable_assignment name: (_) @name value: (_) @body) @symbol.constant)
  (#match? @name "^[A-Z][A-Z0-9_]*$"))
(program (variable_assignment name: (variable_name) @name value: (_) @body) @symbol.constant
  (#match? @name "^[A-Z][A-Z0-9_]*$"))
(comment) @doc
