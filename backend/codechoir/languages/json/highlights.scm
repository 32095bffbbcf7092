; Captures for JSON. On one node the last pattern wins: these follow those of the wheel.

(pair key: (string) @property)
(escape_sequence) @string.escape
(number) @number
