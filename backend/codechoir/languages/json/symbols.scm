; What defines a symbol in JSON: its keys.

; The keys of a document, and inside them those that have keys or items of their own.
(document (object (pair key: (string (string_content) @name) value: (_) @body) @symbol.key))
(document (object (pair value: (object
  (pair key: (string (string_content) @name) value: [(object) (array)] @body) @symbol.key))))
(comment) @doc
