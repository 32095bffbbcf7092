(method) @symbol.function
(singleton_method) @symbol.function
(class) @symbol.class
(module) @symbol.module
(return) @return
