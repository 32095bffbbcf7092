; What tokens do in JavaScript alone; what TypeScript shares is in `ecmascript.roles.scm`.

(field_definition "=" @role.assignment.define)
(call_expression (optional_chain) @role.optional.chain.call)
