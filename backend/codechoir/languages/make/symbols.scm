; What defines a symbol in Makefiles.

(rule (targets) @name) @symbol.rule
(define_directive name: (word) @name) @symbol.function
