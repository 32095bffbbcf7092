(function_definition) @symbol.function
