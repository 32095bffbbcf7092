; Captures for Astro, after those of the family.

(svelte_raw_text) @injection.tsx_expression
(document . (comment) @injection.astro_code)
(script_element (raw_text) @injection.typescript)
