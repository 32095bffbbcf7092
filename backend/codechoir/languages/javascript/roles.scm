; Roles of tokens in JavaScript, where their text alone does not tell (`TOKEN_ROLES`).

(field_definition "=" @role.assignment.define)
(call_expression (optional_chain) @role.optional.chain.call)
