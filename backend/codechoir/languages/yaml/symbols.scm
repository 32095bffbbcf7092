; What defines a symbol in YAML: its keys.

; The keys of a document, and inside them two more levels of those that have keys or items of their own.
(document (block_node (block_mapping (block_mapping_pair key: (_) @name value: (_) @body) @symbol.key)))
(document (block_node (block_mapping (block_mapping_pair value: (block_node (block_mapping
  (block_mapping_pair key: (_) @name value: (block_node [(block_mapping) (block_sequence)]) @body) @symbol.key))))))
(document (block_node (block_mapping (block_mapping_pair value: (block_node (block_mapping
  (block_mapping_pair value: (block_node (block_mapping
    (block_mapping_pair key: (_) @name value: (block_node [(block_mapping) (block_sequence)]) @body) @symbol.key)))))))))
(comment) @doc
