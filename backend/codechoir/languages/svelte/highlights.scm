; Captures for Svelte, after those of the family.

(svelte_raw_text) @injection.typescript_expression
