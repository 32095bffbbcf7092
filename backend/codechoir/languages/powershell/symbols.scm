; What defines a symbol in PowerShell.

(function_statement (function_name) @name) @symbol.function
(class_statement (simple_name) @name) @symbol.class
(enum_statement (simple_name) @name) @symbol.enum
(class_method_definition (simple_name) @name) @symbol.method
(flow_control_statement "return" (_)) @return
(function_statement (function_parameter_declaration (parameter_list (script_parameter (variable) @parameter))))
(function_statement (script_block (param_block (parameter_list (script_parameter (variable) @parameter)))))
(comment) @doc
