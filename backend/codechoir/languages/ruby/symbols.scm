; What defines a symbol in Ruby.

(method) @symbol.function
(singleton_method) @symbol.function
(class) @symbol.class
(module) @symbol.module
(return) @return
(assignment left: (constant) @name right: (_) @body) @symbol.constant
(comment) @doc
