; What defines a symbol in Bash and related shells.

(function_definition) @symbol.function
