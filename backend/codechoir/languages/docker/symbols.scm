; What defines a symbol in Dockerfiles: the stages of a build.

(from_instruction as: (image_alias) @name) @symbol.stage
(comment) @doc
