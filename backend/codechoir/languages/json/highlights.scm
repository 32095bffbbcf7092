; Patterns of our own for JSON, after the grammar's: what stands last wins.

(pair key: (string) @property)
(escape_sequence) @string.escape
(number) @number
