; Roles of tokens in C++, where their text alone does not tell (`TOKEN_ROLES`).

(optional_parameter_declaration "=" @role.default)
(optional_type_parameter_declaration "=" @role.default)
(alias_declaration "=" @role.assignment.alias)
(namespace_alias_definition "=" @role.assignment.alias)
(field_declaration "=" @role.assignment.define)
(default_method_clause "=" @role.assignment.define)
(delete_method_clause "=" @role.assignment.define)
(pure_virtual_clause "=" @role.assignment.define)
(concept_definition "=" @role.assignment.define)
(lambda_capture_initializer "=" @role.assignment.define)
(lambda_default_capture) @role.capture.all
(lambda_default_capture "&" @role.capture.all.reference)
(lambda_capture_specifier "&" @role.reference)
(lambda_capture_specifier "*" @role.dereference)
(reference_declarator "&" @role.reference.type)
(reference_declarator "&&" @role.reference.type.rvalue)
(abstract_reference_declarator "&" @role.reference.type)
(abstract_reference_declarator "&&" @role.reference.type.rvalue)
(ref_qualifier "&" @role.reference.type)
(ref_qualifier "&&" @role.reference.type.rvalue)
(pointer_type_declarator "*" @role.pointer.type)
(trailing_return_type "->" @role.annotation.return)
(operator_name "operator" . _ @role.operator.name)
(destructor_name "~" @role.destructor)
(parameter_list "..." @role.variadic)
(variadic_declarator "..." @role.variadic)
(variadic_type_parameter_declaration "..." @role.variadic)
(parameter_pack_expansion "..." @role.spread)
(fold_expression "..." @role.spread)
(catch_clause (parameter_list "..." @role.wildcard))
(constraint_conjunction "&&" @role.logical.and)
(constraint_disjunction "||" @role.logical.or)
(qualified_identifier . "::" @role.global)

(condition_clause "(" @role.condition.open ")" @role.condition.close)
(for_range_loop "(" @role.condition.open ")" @role.condition.close)
(for_range_loop ":" @role.for.each)
(lambda_capture_specifier "[" @role.capture.open "]" @role.capture.close)
(subscript_argument_list "[" @role.index.open "]" @role.index.close)
(structured_binding_declarator "[" @role.pattern.open "]" @role.pattern.close)
(template_argument_list "<" @role.generic.open ">" @role.generic.close)
(template_parameter_list "<" @role.generic.open ">" @role.generic.close)
(base_class_clause ":" @role.bound)
(field_initializer_list ":" @role.initializers)
(field_declaration_list ":" @role.access)
(enum_specifier ":" @role.bound)
(parameter_list "(" @role.parameters.open "..." ")" @role.parameters.close)
(new_declarator "[" @role.array.type.open "]" @role.array.type.close)
(delete_expression "[" @role.array.type.open "]" @role.array.type.close)
(field_expression operator: ".*" @role.member.indirect)
(field_expression operator: "->" (ERROR "*" @role.member.indirect))

; strings that are regular expressions
((call_expression
  function: [(identifier) @_class (qualified_identifier name: (identifier) @_class)]
  arguments: (argument_list . [(string_literal) (raw_string_literal)] @role.string.regexp))
  (#any-of? @_class "regex" "wregex"))
((declaration
  type: [(type_identifier) @_class (qualified_identifier name: (type_identifier) @_class)]
  declarator: (init_declarator
    value: [
      (argument_list . [(string_literal) (raw_string_literal)] @role.string.regexp)
      (initializer_list . [(string_literal) (raw_string_literal)] @role.string.regexp)
    ]))
  (#any-of? @_class "regex" "wregex"))

; ---- streams: a shift whose value nobody takes, or several in a row

(expression_statement (binary_expression "<<" @role.stream.put))
(expression_statement (binary_expression ">>" @role.stream.get))
(binary_expression left: (binary_expression "<<" @role.stream.put) "<<" @role.stream.put)
(binary_expression left: (binary_expression ">>" @role.stream.get) ">>" @role.stream.get)
; ---- what must not sound like another program

(field_declaration_list ";" @role.statement.empty)
(declaration_list ";" @role.statement.empty)
(translation_unit ";" @role.statement.empty)
(translation_unit [(struct_specifier) (union_specifier) (enum_specifier) (class_specifier) (concept_definition)] . ";" @role.statement.end)
(declaration_list [(struct_specifier) (union_specifier) (enum_specifier) (class_specifier) (concept_definition)] . ";" @role.statement.end)
